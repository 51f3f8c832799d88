import { Injectable, Logger } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { RepeatedHeader } from '../http/single-header.js';
import { logUnexpectedError } from '../http/log-unexpected-error.js';
import { PageRefusal } from './page-refusal.js';
import { PageRenderer } from './page-renderer.js';
import { sendReply, type Reply } from './reply.js';
import { BrowserRequests, type BrowserRequest } from './browser-request.js';
import { PageRateLimit } from './page-rate-limit.js';

const RETRY_AFTER_SECONDS = '1';

type Told = Pick<PageRefusal, 'reason' | 'status' | 'headers'> & Partial<PageRefusal>;

/** The one way in and out of the resource owner's pages. */
@Injectable()
export class PageHandler {
  private readonly logger = new Logger('Pages');

  constructor(
    private readonly visits: BrowserRequests,
    private readonly limit: PageRateLimit,
    private readonly pages: PageRenderer,
  ) {}

  /**
   * Serves a request: method, rate, form, then the work. Whatever goes wrong becomes a page that
   * repeats nothing of the request, and the log is told nothing of it but what was unforeseen.
   *
   * @param methods the methods that the page has
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    methods: readonly ('GET' | 'POST')[],
    work: (visit: BrowserRequest) => Promise<Reply>,
  ): Promise<void> {
    let reply: Reply;
    try {
      const method = methods.find((name) => name === request.method);
      if (method === undefined) throw new PageRefusal('method', { Allow: methods.join(', ') });
      const address = this.visits.addressOf(request);
      await this.limit.count(address, method === 'POST' ? 'form' : 'page');
      reply = await work(await this.visits.read(request));
    } catch (error) {
      reply = this.errorPage(error, response);
    }
    sendReply(response, reply);
  }

  private errorPage(error: unknown, response: ServerResponse): Reply {
    const { reason, status, headers, retryAt } = this.refusal(error, response);
    const { errors, tryAgain } = this.pages.texts;
    const { title, advice } = errors[reason];
    const link = retryAt === undefined ? undefined : { href: retryAt, text: tryAgain };
    return this.pages.render('message', { title, status, headers }, { advice, link });
  }

  private refusal(error: unknown, response: ServerResponse): Told {
    if (error instanceof PageRefusal) return error;
    if (error instanceof HttpRefusal) {
      return { reason: 'malformed', status: error.status, headers: error.headers };
    }
    if (error instanceof RepeatedHeader) return new PageRefusal('malformed');
    if (isStoreUnavailable(error)) {
      return new PageRefusal('unavailable', { 'Retry-After': RETRY_AFTER_SECONDS });
    }
    logUnexpectedError(this.logger, error, response);
    return new PageRefusal('unforeseen');
  }
}
