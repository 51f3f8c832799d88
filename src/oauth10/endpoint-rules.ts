/** What one endpoint asks of the requests it serves; see RequestVerifier. */
export interface EndpointRules {
  /** Which token must sign: none at all, temporary credentials, or an access token. */
  readonly token: 'none' | 'temporary' | 'access';
  /** With `access`: whether a consumer marked twoLegged may come without a token. */
  readonly twoLegged: boolean;
  /** Protocol parameters required beyond those of every signed request. */
  readonly required: readonly string[];
}

/** How an endpoint may be called, beside the rules of its signature. */
export interface SignedEndpointOptions extends EndpointRules {
  /** The name that its requests are counted and logged under. */
  readonly label: string;
  /** Undefined: any. */
  readonly methods?: readonly string[];
  /** As what the reply is sent, so that Accept must allow it; and OAUTH_GET_ENABLED governs GET. */
  readonly issuesCredentials: 'form' | 'json' | false;
  /** Whether there is such an endpoint only where PLATFORM_TOKEN_ISSUER is set. */
  readonly needsIssuer?: boolean;
}

/** How credentials may be asked for. */
export const GET_OR_POST = ['GET', 'POST'];

/** RFC 5849 section 2.1. */
export const INITIATE: EndpointRules = {
  token: 'none',
  twoLegged: false,
  required: ['oauth_callback'],
};

/** RFC 5849 section 2.3. */
export const EXCHANGE: EndpointRules = {
  token: 'temporary',
  twoLegged: false,
  required: ['oauth_token', 'oauth_verifier'],
};

/** RFC 5849 section 3: any protected resource. */
export const RESOURCE: EndpointRules = { token: 'access', twoLegged: true, required: [] };

/** Giving an access token back. */
export const REVOKE: EndpointRules = {
  token: 'access',
  twoLegged: false,
  required: ['oauth_token'],
};
