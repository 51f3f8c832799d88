import type { Scheme } from './base-string-uri.js';
import { NO_FLAGS, type CompatibilityFlag } from './compatibility.js';
import {
  ForgivableProblem,
  parameterAbsent,
  parameterRejected,
  signatureMethodRejected,
  versionRejected,
} from './oauth-problem.js';
import type { CollectedParameters } from './request-parameters.js';
import {
  SIGNATURE_METHODS,
  signatureMethodNamed,
  type SignatureMethod,
  type SignatureMethodName,
} from './signature-methods.js';
import { parseTimestamp } from './timestamp.js';

/** The protocol parameters (RFC 5849 §3.1) of one request. Empty values are undefined. */
export interface ProtocolParameters {
  readonly consumerKey: string;
  readonly token: string | undefined;
  readonly signatureMethod: SignatureMethod;
  readonly signature: string;
  /** Seconds. Undefined only if the method does not need it. */
  readonly timestamp: number | undefined;
  /** Undefined only if the method does not need it. */
  readonly nonce: string | undefined;
  readonly callback: string | undefined;
  readonly verifier: string | undefined;
  /** `oauth_body_hash`, also if it is empty: once sent, it must match. */
  readonly bodyHash: string | undefined;
}

const ALWAYS_REQUIRED = ['oauth_consumer_key', 'oauth_signature_method', 'oauth_signature'];
const TIMESTAMP_AND_NONCE = ['oauth_timestamp', 'oauth_nonce'];

/** What one endpoint requires of the protocol parameters. */
export interface ParameterRules {
  /** Required in addition to those of every signed request. */
  readonly required: readonly string[];
  /** `none`: there is no token yet (RFC 5849 §2.1), so the request must not send one. */
  readonly token?: 'none' | 'temporary' | 'access';
}

/**
 * Reads the protocol parameters. First it checks their shape: no required parameter is absent (an empty value
 * counts as absent), there is no token at an endpoint without one, and the timestamp is valid. Then it checks RFC
 * 5849 §3.1 and §3.2: the version is supported, the method is known, and the request uses TLS if the method needs
 * that.
 *
 * @param scheme of the request as the client sees it
 * @param flags of `compatibility`: deviations that the consumer may make
 *
 * Throws ForgivableProblem if flags of the consumer could allow the request, else OAuthProblem `parameter_absent`,
 * `parameter_rejected`, `version_rejected` or `signature_method_rejected`.
 */
export function readProtocolParameters(
  { protocol }: CollectedParameters,
  rules: ParameterRules,
  scheme: Scheme,
  flags: ReadonlySet<CompatibilityFlag> = NO_FLAGS,
): ProtocolParameters {
  const valueOf = (name: string): string | undefined => protocol.get(name) || undefined;
  const method = signatureMethodNamed(valueOf('oauth_signature_method') ?? '');

  // RFC 5849 §3.1 lets PLAINTEXT omit both, but not one of them: one alone gives no protection.
  const hasNeither = TIMESTAMP_AND_NONCE.every((name) => valueOf(name) === undefined);
  const excused = method?.needsTimestampAndNonce === false && hasNeither;
  const needed = [...ALWAYS_REQUIRED, ...(excused ? [] : TIMESTAMP_AND_NONCE), ...rules.required];
  const absent = needed.filter((name) => valueOf(name) === undefined);
  assertPresent([...new Set(absent)], protocol, flags);
  if (rules.token === 'none' && valueOf('oauth_token') !== undefined) {
    throw parameterRejected(['oauth_token'], 'Ask for temporary credentials without a token.');
  }
  const timestamp = readTimestamp(valueOf('oauth_timestamp'));

  if (!isAcceptableVersion(protocol.get('oauth_version'))) throw versionRejected();
  if (method === undefined) throw signatureMethodRejected(acceptableOver(scheme));
  if (!isAcceptableOver(scheme, method)) {
    throw signatureMethodRejected(acceptableOver(scheme), 'PLAINTEXT without TLS');
  }

  return {
    consumerKey: valueOf('oauth_consumer_key') ?? '',
    token: valueOf('oauth_token'),
    signatureMethod: method,
    signature: valueOf('oauth_signature') ?? '',
    timestamp,
    nonce: valueOf('oauth_nonce'),
    callback: valueOf('oauth_callback'),
    verifier: valueOf('oauth_verifier'),
    bodyHash: protocol.get('oauth_body_hash'),
  };
}

/** Parameters that a consumer with the flag may omit. */
const LEFT_OUT_BY_FLAG: ReadonlyMap<string, CompatibilityFlag> = new Map([
  ['oauth_callback', 'callback_optional'],
]);

function assertPresent(
  absent: readonly string[],
  protocol: CollectedParameters['protocol'],
  flags: ReadonlySet<CompatibilityFlag>,
): void {
  const needed = absent.map((name) => LEFT_OUT_BY_FLAG.get(name));
  if (needed.every((flag) => flag !== undefined && flags.has(flag))) return;
  const problem = parameterAbsent(absent, protocol.size > 0);
  throw needed.includes(undefined)
    ? problem
    : new ForgivableProblem(problem, protocol.get('oauth_consumer_key') ?? '');
}

const isAcceptableOver = (scheme: Scheme, { needsTls }: SignatureMethod): boolean =>
  scheme === 'https' || !needsTls;

const acceptableOver = (scheme: Scheme): SignatureMethodName[] =>
  SIGNATURE_METHODS.filter((method) => isAcceptableOver(scheme, method)).map(({ name }) => name);

/** `1.0A` violates RFC 5849 §3.1, but the most used Node client sends it. */
function isAcceptableVersion(version: string | undefined): boolean {
  return version === undefined || version === '1.0' || version === '1.0A' || version === '1.0a';
}

function readTimestamp(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const timestamp = parseTimestamp(text);
  if (timestamp === undefined) {
    throw parameterRejected(
      ['oauth_timestamp'],
      'oauth_timestamp is a positive whole number of seconds since 1970, of at most 15 digits.',
    );
  }
  return timestamp;
}
