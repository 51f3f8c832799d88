import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AddressRanges } from '../http/address-ranges.js';
import { clientFacts } from '../http/client-facts.js';
import { readBody } from '../http/request-body.js';
import { singleHeader } from '../http/single-header.js';
import { normalizeAuthority, splitTarget } from '../protocol/base-string-uri.js';
import { contentKind } from '../protocol/form-content.js';
import { cookiesIn } from './cookies.js';
import { FormFields } from './form-fields.js';
import { PageLanguages } from './page-languages.js';
import { sessionIdIn } from './sessions.js';
import type { Texts } from './texts/english.js';

/** What a browser brought, parsed once; nobody downstream touches the raw request. */
export interface BrowserRequest {
  readonly method: string;
  readonly query: FormFields;
  /** Empty unless a form was posted. */
  readonly form: FormFields;
  /** This service's cookies by their plain names, in the order sent: the oldest first. */
  readonly cookies: ReadonlyMap<string, string>;
  /** What the browser's cookie names; whether there is such a session is another question. */
  readonly sessionId: string | undefined;
  /** In the browser's language, or the nearest to it. */
  readonly texts: Texts;
  /** This service as the browser sees it: `https://host:port`. */
  readonly ownOrigin: string;
  /** What a proxy takes off the paths of this service; empty, or with a leading `/`. */
  readonly basePath: string;
  /** Whether cookies can be Secure. */
  readonly secure: boolean;
  readonly clientAddress: string | undefined;
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string;
  /** What the browser says of where the request came from. */
  readonly from: { readonly origin: string | undefined; readonly site: string | undefined };
}

/** Reads visits. */
@Injectable()
export class BrowserRequests {
  private readonly trustedProxies: AddressRanges;

  constructor(
    private readonly settings: Settings,
    private readonly languages: PageLanguages,
  ) {
    this.trustedProxies = new AddressRanges(settings.trustProxy);
  }

  /** Where the request came from, before anything else of it is read. */
  addressOf(request: IncomingMessage): string | undefined {
    return clientFacts(request, this.trustedProxies).clientAddress;
  }

  /**
   * Reads the request, body included.
   *
   * @param requestId of its answer
   * @throws HttpRefusal 413 or 415 for the body; RepeatedHeader
   */
  async read(request: IncomingMessage, requestId: string): Promise<BrowserRequest> {
    const { scheme, host, clientAddress } = clientFacts(request, this.trustedProxies);
    const seen = this.settings.publicUrl ?? {
      scheme,
      authority: normalizeAuthority(scheme, host ?? '') ?? '',
      path: '',
    };
    // In production even a request that looks like http gets no cookie that http could carry.
    const secure = seen.scheme === 'https' || this.settings.production;
    const cookies = cookiesIn(request, secure);
    return {
      method: request.method ?? '',
      query: new FormFields(splitTarget(request.url ?? '').query),
      form: new FormFields(await postedForm(request)),
      cookies,
      sessionId: sessionIdIn(cookies),
      texts: this.languages.textsFor(request.headers['accept-language']),
      ownOrigin: `${seen.scheme}://${seen.authority}`,
      basePath: seen.path,
      secure,
      clientAddress,
      requestId,
      from: {
        origin: singleHeader(request, 'origin'),
        site: singleHeader(request, 'sec-fetch-site'),
      },
    };
  }
}

async function postedForm(request: IncomingMessage): Promise<string> {
  if (request.method !== 'POST') return '';
  const body = await readBody(request);
  return contentKind(singleHeader(request, 'content-type')) === 'form'
    ? body.toString('latin1')
    : '';
}
