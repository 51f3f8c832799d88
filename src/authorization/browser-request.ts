import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AddressRanges } from '../http/address-ranges.js';
import { clientFacts } from '../http/client-facts.js';
import { readPageRequest, type PagesPlace, type PageRequest } from '../pages/page-request.js';
import { PageLanguages } from './page-languages.js';
import { sessionIdIn } from './sessions.js';
import type { Texts } from './texts/english.js';

/** A request from an owner's browser. */
export interface BrowserRequest extends PageRequest {
  /** The session id in the browser's cookie. The session may not exist. */
  readonly sessionId: string | undefined;
  /** The texts in the browser's language, or in the best available one. */
  readonly texts: Texts;
}

/** Reads requests to the owner’s pages. */
@Injectable()
export class BrowserRequests {
  private readonly place: PagesPlace;

  constructor(
    { publicUrl, trustProxy, production }: Settings,
    private readonly languages: PageLanguages,
  ) {
    this.place = { publicUrl, trustedProxies: new AddressRanges(trustProxy), production };
  }

  /** The client address. Reads nothing else of the request. */
  addressOf(request: IncomingMessage): string | undefined {
    return clientFacts(request, this.place.trustedProxies).clientAddress;
  }

  /**
   * Reads the request and its body.
   *
   * @param requestId the `X-Request-Id` of the response
   * @throws HttpRefusal 413 or 415 for the body; RepeatedHeader
   */
  async read(request: IncomingMessage, requestId: string): Promise<BrowserRequest> {
    const pageRequest = await readPageRequest(request, requestId, this.place);
    return {
      ...pageRequest,
      sessionId: sessionIdIn(pageRequest.cookies),
      texts: this.languages.textsFor(request.headers['accept-language']),
    };
  }
}
