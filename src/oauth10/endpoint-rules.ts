/** What one endpoint requires of a request; see RequestVerifier. */
export interface EndpointRules {
  /** Which token must sign: none, temporary credentials, or an access token. */
  readonly token: 'none' | 'temporary' | 'access';
  /** With `access`: whether a consumer marked twoLegged may sign without a token. */
  readonly twoLegged: boolean;
  /** Protocol parameters required beyond those of every signed request. */
  readonly required: readonly string[];
}

/** How an endpoint may be called, in addition to the rules for its signature. */
export interface SignedEndpointOptions extends EndpointRules {
  /** The name of the endpoint in metrics and logs. */
  readonly label: string;
  /** The allowed methods; undefined: all. */
  readonly methods?: readonly string[];
  /**
   * The format of the credentials in the reply, which Accept must allow; false: the reply has none. If not false,
   * OAUTH_GET_ENABLED decides whether GET is allowed.
   */
  readonly issuesCredentials: 'form' | 'json' | false;
  /** Whether the endpoint exists only if PLATFORM_TOKEN_ISSUER is set. */
  readonly needsIssuer?: boolean;
}

/** The methods for requesting credentials. */
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

/** Revokes the access token that signs. */
export const REVOKE: EndpointRules = {
  token: 'access',
  twoLegged: false,
  required: ['oauth_token'],
};
