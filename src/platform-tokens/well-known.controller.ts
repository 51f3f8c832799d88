import { Controller, Get, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PlatformTokenSettings } from '../config/platform-tokens.js';
import { Settings } from '../config/settings.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { sendNotFound } from '../http/not-found.filter.js';
import { sendText } from '../http/send-text.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { splitTarget } from '../protocol/base-string-uri.js';
import { JWKS_MAX_AGE_SECONDS, type TokenKey } from './token-key.js';
import { TokenKeys } from './token-keys.js';

const CACHED = `public, max-age=${JWKS_MAX_AGE_SECONDS}`;

const RETRY_AFTER = { 'Retry-After': '1' };

/** Identifies a request signed by RFC 5849, as the grant type and as the client authentication method. */
const SIGNED_REQUEST = 'urn:ietf:rfc:5849';

const ENDPOINT = { listener: 'every', label: 'well-known', guard: 'none' } as const;
const METADATA = 'oauth-authorization-server';

/** Publishes the keys and the metadata that verifiers and clients of platform tokens need. */
@Controller('.well-known')
@Endpoint(ENDPOINT)
export class WellKnownController {
  constructor(
    private readonly settings: Settings,
    private readonly keys: TokenKeys,
  ) {}

  /** The public keys (RFC 7517). */
  @Get('jwks.json')
  async jwks(@Res() response: ServerResponse): Promise<void> {
    if (!this.settings.platformTokens) return sendNotFound(response);
    const keys = await this.published();
    if (keys === undefined) {
      return sendText(response, 503, 'The keys are out of reach. Try again soon.', RETRY_AFTER);
    }
    sendJson(response, { keys: keys.map(({ publicJwk }) => publicJwk) });
  }

  /** Undefined if there are no keys, because clients would cache an empty set. */
  private async published(): Promise<readonly TokenKey[] | undefined> {
    try {
      const keys = await this.keys.published();
      return keys.length > 0 ? keys : undefined;
    } catch (error) {
      if (isStoreUnavailable(error)) return undefined;
      throw error;
    }
  }

  /** The metadata of RFC 8414, also at the address for an issuer with a path (section 3.1). */
  @Get(METADATA)
  @Endpoint({ ...ENDPOINT, servesBelow: true })
  metadata(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    const { platformTokens, publicUrl } = this.settings;
    if (!platformTokens) return sendNotFound(response);
    const { path } = splitTarget(request.url ?? '');
    const issuerPath = path.slice(path.indexOf(METADATA) + METADATA.length);
    if (issuerPath !== '' && issuerPath !== pathOf(platformTokens.issuer)) {
      return sendNotFound(response);
    }
    const base = publicUrl
      ? `${publicUrl.scheme}://${publicUrl.authority}${publicUrl.path}`
      : platformTokens.issuer.replace(/\/$/, '');
    sendJson(response, metadataOf(platformTokens, base));
  }
}

/** The issuer's path without a final `/`; empty if it has none. */
const pathOf = (issuer: string): string => new URL(issuer).pathname.replace(/\/$/, '');

/** Omits empty lists (RFC 8414 section 3.2). */
const metadataOf = ({ issuer }: PlatformTokenSettings, base: string): object => ({
  issuer,
  jwks_uri: `${base}/.well-known/jwks.json`,
  token_endpoint: `${base}/oauth/oauth10/platform-token`,
  token_endpoint_auth_methods_supported: [SIGNED_REQUEST],
  grant_types_supported: [SIGNED_REQUEST],
  response_types_supported: ['none'],
});

function sendJson(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response
    .writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': CACHED,
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body);
}
