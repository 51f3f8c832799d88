import { Logger } from '@nestjs/common';
import {
  allowInsecureRequests,
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type ClientAuth,
  type Configuration,
  type CustomFetch,
  type IDToken,
} from 'openid-client';
import type { OidcClient } from '../config/oidc-client.js';
import { PageRefusal } from './page-refusal.js';
import type { PageRequest } from './page-request.js';

/** Short, because a person waits. */
const TIMEOUT_SECONDS = 5;
const RETRY_AFTER = { 'Retry-After': '5' };

/**
 * The values that bind the issuer's response to the request. The service keeps them in a sealed cookie; only the URL
 * reveals some of them.
 */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** The platform's OpenID Connect issuer: code flow with PKCE, state and nonce. */
export class OidcIssuer {
  private readonly logger = new Logger('Sign-in');
  private discovered: Promise<Configuration> | undefined;

  constructor(private readonly client: OidcClient) {}

  /**
   * The address at which the person signs in.
   *
   * @throws PageRefusal sign-in-unavailable
   */
  async authorizationUrl(redirectUri: string, checks: OidcChecks): Promise<string> {
    const { href } = buildAuthorizationUrl(await this.configuration(), {
      redirect_uri: redirectUri,
      scope: 'openid',
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await calculatePKCECodeChallenge(checks.codeVerifier),
      code_challenge_method: 'S256',
    });
    return href;
  }

  /**
   * The claims of the ID token. Its signature is verified, although it comes directly from the issuer.
   *
   * @param callback the redirect URI with the query of the browser's request
   * @throws PageRefusal sign-in-refused, sign-in-failed, sign-in-unavailable
   */
  async claimsOf(callback: URL, checks: OidcChecks): Promise<IDToken> {
    const configuration = await this.configuration();
    try {
      const tokens = await authorizationCodeGrant(configuration, callback, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims) return claims;
    } catch (error) {
      throw this.refusalOf(error);
    }
    throw new PageRefusal('sign-in-failed');
  }

  /** The issuer's metadata, requested at the first use. A failed request is repeated at the next use. */
  private configuration(): Promise<Configuration> {
    this.discovered ??= this.discover().catch((error: unknown) => {
      this.discovered = undefined;
      this.logger.warn('Discovery of the OpenID Connect issuer failed', {
        'error.type': nameOf(error),
      });
      throw new PageRefusal('sign-in-unavailable', { headers: RETRY_AFTER });
    });
    return this.discovered;
  }

  private discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.client;
    return discovery(new URL(issuer), clientId, undefined, secretAuth(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      [customFetch]: fetchUncompressed,
      execute: [
        enableNonRepudiationChecks,
        // The settings accept http only for loopback addresses in development.
        ...(new URL(issuer).protocol === 'http:' ? [allowInsecureRequests] : []),
      ],
    });
  }

  private refusalOf(error: unknown): PageRefusal {
    if (error instanceof AuthorizationResponseError && !isTemporary(error.error)) {
      return new PageRefusal('sign-in-refused');
    }
    this.logger.warn('A sign-in at the OpenID Connect issuer failed', {
      'error.type': nameOf(error),
    });
    return isOutage(error)
      ? new PageRefusal('sign-in-unavailable', { headers: RETRY_AFTER })
      : new PageRefusal('sign-in-failed');
  }
}

const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error'] as const;

/** The redirect URI with the query parameters of the issuer's response. */
export function answerTo(redirectUri: string, { query }: PageRequest): URL {
  const url = new URL(redirectUri);
  for (const name of ANSWER_PARAMETERS) {
    for (const value of query.all(name)) url.searchParams.append(name, value);
  }
  return url;
}

/**
 * Authenticates with the Authorization header, because logs may show form bodies. Uses the form only if the issuer
 * does not support the header.
 */
function secretAuth(clientSecret: string): ClientAuth {
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

/** Requests no compression: this service decompresses no input. */
const fetchUncompressed: CustomFetch = (url, { headers, ...options }) =>
  fetch(url, { ...options, headers: { ...headers, 'accept-encoding': 'identity' } });

const isTemporary = (error: string): boolean =>
  error === 'temporarily_unavailable' || error === 'server_error';

/** Whether the issuer was unreachable, too slow, or failed itself. */
function isOutage(error: unknown): boolean {
  if (error instanceof AuthorizationResponseError) return isTemporary(error.error);
  const { code, message, cause } = error as Trouble;
  return (
    [message, cause?.message].includes('fetch failed') ||
    code === 'OAUTH_TIMEOUT' ||
    (cause?.status ?? 0) >= 500
  );
}

/** The parts of an openid-client error that this file reads. The cause may be the issuer's response. */
type Trouble = Error & {
  code?: string;
  cause?: { code?: string; message?: string; status?: number };
};

/** The parts of an error that contain no input from the person or the issuer. */
function nameOf(error: unknown): string {
  const { name, code, cause } = error as Trouble;
  return [name, code, cause?.code].filter((part) => typeof part === 'string').join(' ');
}
