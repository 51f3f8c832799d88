import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AddressRanges } from '../http/address-ranges.js';
import { clientFacts } from '../http/client-facts.js';
import { readPageRequest, type PagesPlace, type PageRequest } from '../pages/page-request.js';
import { PageLanguages } from './page-languages.js';
import { sessionIdIn } from './sessions.js';
import type { Texts } from './texts/english.js';

/** What an owner's browser brought. */
export interface BrowserRequest extends PageRequest {
  /** What the browser's cookie names; whether there is such a session is another question. */
  readonly sessionId: string | undefined;
  /** In the browser's language, or the nearest to it. */
  readonly texts: Texts;
}

/** Reads what browsers ask of the owner’s pages. */
@Injectable()
export class BrowserRequests {
  private readonly place: PagesPlace;

  constructor(
    { publicUrl, trustProxy, production }: Settings,
    private readonly languages: PageLanguages,
  ) {
    this.place = { publicUrl, trustedProxies: new AddressRanges(trustProxy), production };
  }

  /** Where the request came from, before anything else of it is read. */
  addressOf(request: IncomingMessage): string | undefined {
    return clientFacts(request, this.place.trustedProxies).clientAddress;
  }

  /**
   * Reads the request, body included.
   *
   * @param requestId of its answer
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
