import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Settings } from '../config/settings.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { appendToCallback } from '../protocol/callback-uri.js';
import { AuthorizationRequests } from '../tokens/authorization-requests.js';
import { errorPage, type PageError } from './error-page.js';
import { sentToken } from './sent-token.js';

const METHODS = ['GET', 'POST'];

/** RFC 5849 section 2.2: where the client sends the resource owner's browser. */
@Controller('oauth/auz')
export class AuthorizationController {
  constructor(
    private readonly requests: AuthorizationRequests,
    private readonly settings: Settings,
  ) {}

  @All('authorize')
  async authorize(@Req() request: IncomingMessage, @Res() response: ServerResponse) {
    if (!METHODS.includes(request.method ?? '')) {
      return sendPage(response, 405, 'method', { Allow: METHODS.join(', ') });
    }
    try {
      const token = await sentToken(request);
      const pending = token === undefined ? undefined : await this.requests.find(token);
      // Nothing redirects before token and consumer are known good.
      if (pending?.status !== 'pending') {
        return sendPage(response, 400, pending?.status ?? 'unknown');
      }
      const { consentUrl } = this.settings;
      if (consentUrl === undefined) return sendPage(response, 501, 'no-consent-page');
      const location = appendToCallback(consentUrl, [['oauth_token', pending.oauthToken]]);
      response.writeHead(302, { Location: location, ...PAGE_HEADERS }).end();
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
      sendPage(response, 503, 'unavailable', { 'Retry-After': '1' });
    }
  }
}

// Frames and scripts have no business here, nor has the address, which holds the token.
const PAGE_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

function sendPage(
  response: ServerResponse,
  status: number,
  error: PageError,
  headers: Readonly<Record<string, string>> = {},
): void {
  const page = errorPage(error);
  response
    .writeHead(status, {
      ...PAGE_HEADERS,
      ...headers,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(page),
    })
    .end(page);
}
