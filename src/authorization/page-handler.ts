import { Injectable, Logger } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Settings } from '../config/settings.js';
import { RecordNotOurs } from '../failures/record-not-ours.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { requestIdOf } from '../http/problem-details.js';
import { RepeatedHeader } from '../http/single-header.js';
import { logUnexpectedError } from '../http/log-unexpected-error.js';
import { PageLanguages } from './page-languages.js';
import { PageRefusal, type PageRefusalDetail } from '../pages/page-refusal.js';
import type { OwnerRefusalReason } from './owner-refusal.js';
import { PageRenderer } from './page-renderer.js';
import { sendReply, type Reply } from '../pages/reply.js';
import { pageAfterSignIn } from './sign-in/signed-in.js';
import type { Texts } from './texts/english.js';
import { BrowserRequests, type BrowserRequest } from './browser-request.js';
import { PageRateLimit } from '../pages/page-rate-limit.js';

const RETRY_AFTER_SECONDS = '1';

/** One year. Without includeSubDomains, because subdomains may belong to other services. */
const HSTS = { 'Strict-Transport-Security': 'max-age=31536000' };

/** Temporary reasons: the same page may work a moment later. */
const TEMPORARY: ReadonlySet<OwnerRefusalReason> = new Set([
  'too-many',
  'sign-in-unavailable',
  'unavailable',
  'unforeseen',
]);

type ShownRefusal = Pick<PageRefusal<OwnerRefusalReason>, 'reason' | 'status' | 'detail'>;

interface Link {
  readonly href: string;
  readonly text: string;
  /** Whether the target is another site, which must get no Referer. */
  readonly isForeign?: boolean;
}

/** Handles every request to the resource owner's pages. */
@Injectable()
export class PageHandler {
  private readonly logger = new Logger('Pages');
  private readonly always: Readonly<Record<string, string>>;
  private readonly canSignIn: boolean;
  private readonly basePath: string;

  constructor(
    private readonly requests: BrowserRequests,
    private readonly limit: PageRateLimit,
    private readonly pages: PageRenderer,
    private readonly languages: PageLanguages,
    { publicUrl, oidc, production }: Settings,
  ) {
    this.basePath = publicUrl?.path ?? '';
    this.always = publicUrl?.scheme === 'https' ? HSTS : {};
    this.canSignIn = oidc !== undefined || !production;
  }

  /**
   * Serves a request: checks the method, the rate and the form, then calls `work`. Every error becomes a page that
   * repeats nothing of the request. The log contains only unexpected errors.
   *
   * @param methods the allowed methods of the page
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    methods: readonly ('GET' | 'POST')[],
    work: (pageRequest: BrowserRequest) => Promise<Reply>,
  ): Promise<void> {
    let reply: Reply;
    try {
      const method = methods.find((name) => name === request.method);
      if (method === undefined)
        throw new PageRefusal('method', { headers: { Allow: methods.join(', ') } });
      const address = this.requests.addressOf(request);
      await this.limit.count(address, method === 'POST' ? 'form' : 'page');
      reply = await work(await this.requests.read(request, requestIdOf(response)));
    } catch (error) {
      reply = this.errorPage(error, request, response);
    }
    // If the listener refused the body, it has already responded.
    if (!response.headersSent) sendReply(response, this.placed(reply), this.always);
  }

  /** Adds the path prefix that a proxy removes, because the service's own paths lack it. */
  private placed(reply: Reply): Reply {
    const { Location: location } = reply.headers;
    if (!location?.startsWith('/')) return reply;
    return { ...reply, headers: { ...reply.headers, Location: this.basePath + location } };
  }

  private errorPage(error: unknown, request: IncomingMessage, response: ServerResponse): Reply {
    const texts = this.languages.textsFor(request.headers['accept-language']);
    const { reason, status, detail } = this.refusal(error, response);
    const { title, advice } = texts.errors[reason];
    const links = this.waysFrom(reason, detail, request.method ?? '', texts);
    const { headers = {} } = detail;
    const data = { advice, links, requestId: requestIdOf(response) };
    return this.pages.render('message', texts, { title, status, headers }, data);
  }

  /** Links for the owner on an error page, the best first. */
  private waysFrom(
    reason: OwnerRefusalReason,
    { retryAt, consumer, goOn }: PageRefusalDetail,
    method: string,
    texts: Texts,
  ): Link[] {
    const links: Link[] = [];
    if (goOn) links.push({ href: goOn.href, text: texts.goOnTo(goOn.place), isForeign: true });
    if (retryAt !== undefined) links.push({ href: retryAt, text: texts.tryAgain });
    // The empty reference is the page itself, so the address is not repeated.
    else if (TEMPORARY.has(reason) && method === 'GET')
      links.push({ href: '', text: texts.tryAgain });
    if (consumer?.websiteUrl) {
      links.push({
        href: consumer.websiteUrl,
        text: texts.backTo(consumer.name),
        isForeign: true,
      });
    }
    if (this.canSignIn) {
      links.push({ href: pageAfterSignIn(undefined), text: texts.connections.title });
    }
    return links;
  }

  private refusal(error: unknown, response: ServerResponse): ShownRefusal {
    if (error instanceof PageRefusal) return error as PageRefusal<OwnerRefusalReason>;
    if (error instanceof HttpRefusal) {
      return { reason: 'malformed', status: error.status, detail: { headers: error.headers } };
    }
    if (error instanceof RepeatedHeader) return new PageRefusal('malformed');
    if (error instanceof RecordNotOurs || isStoreUnavailable(error)) {
      return new PageRefusal('unavailable', { headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
    }
    logUnexpectedError(this.logger, error, response);
    return new PageRefusal('unforeseen');
  }
}
