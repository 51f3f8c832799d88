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

/** A person waits meanwhile. */
const TIMEOUT_SECONDS = 5;
const RETRY_AFTER = { 'Retry-After': '5' };

/** What ties the issuer's answer to the question; kept on the server, but for what the URL shows. */
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
   * Where the browser is sent to sign in.
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
   * The claims of who signed in, as the ID token has them. Its signature is verified too, although it comes straight
   * from the issuer.
   *
   * @param callback the redirect URI with the query that the browser brought
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

  /** Asked for when it is needed first, and again until the issuer has answered. */
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
        // Settings let http pass on the loopback of a developer's machine alone.
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

/** The redirect URI with what of the query belongs to the issuer's answer. */
export function answerTo(redirectUri: string, { query }: PageRequest): URL {
  const url = new URL(redirectUri);
  for (const name of ANSWER_PARAMETERS) {
    for (const value of query.all(name)) url.searchParams.append(name, value);
  }
  return url;
}

/** By the Authorization header, which no log of forms shows, unless the issuer takes forms alone. */
function secretAuth(clientSecret: string): ClientAuth {
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

/** Nothing that comes in is inflated, here as elsewhere. */
const fetchUncompressed: CustomFetch = (url, { headers, ...options }) =>
  fetch(url, { ...options, headers: { ...headers, 'accept-encoding': 'identity' } });

const isTemporary = (error: string): boolean =>
  error === 'temporarily_unavailable' || error === 'server_error';

/** The issuer could not be reached, took too long, or was in trouble itself. */
function isOutage(error: unknown): boolean {
  if (error instanceof AuthorizationResponseError) return isTemporary(error.error);
  const { code, message, cause } = error as Trouble;
  return (
    [message, cause?.message].includes('fetch failed') ||
    code === 'OAUTH_TIMEOUT' ||
    (cause?.status ?? 0) >= 500
  );
}

/** What openid-client throws, as far as it is read here; the cause may be the issuer's reply. */
type Trouble = Error & {
  code?: string;
  cause?: { code?: string; message?: string; status?: number };
};

/** As much of an error as holds nothing that a person or the issuer sent. */
function nameOf(error: unknown): string {
  const { name, code, cause } = error as Trouble;
  return [name, code, cause?.code].filter((part) => typeof part === 'string').join(' ');
}
