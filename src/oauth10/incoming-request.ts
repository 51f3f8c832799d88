import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { Settings } from '../config/settings.js';
import { AddressRanges } from '../http/address-ranges.js';
import { clientFacts } from '../http/client-facts.js';
import { readBody } from '../http/request-body.js';
import { RepeatedHeader, singleHeader } from '../http/single-header.js';
import { normalizeAuthority } from '../protocol/base-string-uri.js';
import { parameterRejected } from '../protocol/oauth-problem.js';
import type { SignedRequest } from './signed-request.js';

/** Converts a request to this service's own endpoints to a SignedRequest, once. */
@Injectable()
export class IncomingRequests {
  private readonly trustedProxies: AddressRanges;

  constructor(private readonly settings: Settings) {
    this.trustedProxies = new AddressRanges(settings.trustProxy);
  }

  /**
   * Reads the request with its body.
   *
   * @throws OAuthProblem parameter_rejected for a header sent twice or a Host that is not an authority; HttpRefusal
   *   413 or 415 for the body
   */
  async read(request: IncomingMessage): Promise<SignedRequest> {
    try {
      const { scheme, host, clientAddress } = clientFacts(request, this.trustedProxies);
      const seen = this.settings.publicUrl ?? {
        scheme,
        authority: host === undefined ? undefined : normalizeAuthority(scheme, host),
        path: '',
      };
      if (seen.authority === undefined) {
        throw parameterRejected(['Host'], 'Name this service in the Host header.');
      }
      return {
        method: request.method ?? '',
        scheme: seen.scheme,
        authority: seen.authority,
        target: seen.path + (request.url ?? '/'),
        authorization: singleHeader(request, 'authorization'),
        contentType: singleHeader(request, 'content-type'),
        body: await readBody(request),
        clientAddress,
        source: request,
      };
    } catch (error) {
      if (!(error instanceof RepeatedHeader)) throw error;
      throw parameterRejected([error.headerName], `Send ${error.headerName} once.`);
    }
  }
}
