import {
  parameterAbsent,
  parameterRejected,
  signatureMethodRejected,
  versionRejected,
} from './oauth-problem.js';
import type { CollectedParameters } from './request-parameters.js';
import { signatureMethodNamed, type SignatureMethod } from './signature-methods.js';
import { parseTimestamp } from './timestamp.js';

/** The protocol parameters (RFC 5849 §3.1) of one request. Empty values are undefined. */
export interface ProtocolParameters {
  readonly consumerKey: string;
  readonly token: string | undefined;
  readonly signatureMethod: SignatureMethod;
  readonly signature: string;
  /** Seconds. Undefined only if the method does without. */
  readonly timestamp: number | undefined;
  /** Undefined only if the method does without. */
  readonly nonce: string | undefined;
  readonly callback: string | undefined;
  readonly verifier: string | undefined;
  /** `oauth_body_hash`, the empty string included: once sent, it has to match. */
  readonly bodyHash: string | undefined;
}

const ALWAYS_REQUIRED = ['oauth_consumer_key', 'oauth_signature_method', 'oauth_signature'];
const TIMESTAMP_AND_NONCE = ['oauth_timestamp', 'oauth_nonce'];

/**
 * Reads the protocol parameters, in the order of RFC 5849 §3.1 and §3.2: nothing required is absent
 * (an empty value counts as absent), the version is ours, the method is known, the timestamp is one.
 * `required` names what this endpoint needs beyond that.
 *
 * Throws OAuthProblem `parameter_absent`, `version_rejected`, `signature_method_rejected` or
 * `parameter_rejected`.
 */
export function readProtocolParameters(
  collected: CollectedParameters,
  { required }: { required: readonly string[] },
): ProtocolParameters {
  const { protocol } = collected;
  const valueOf = (name: string): string | undefined => protocol.get(name) || undefined;
  const method = signatureMethodNamed(valueOf('oauth_signature_method') ?? '');

  const needed = [
    ...ALWAYS_REQUIRED,
    ...(method?.needsTimestampAndNonce === false ? [] : TIMESTAMP_AND_NONCE),
    ...required,
  ];
  const absent = needed.filter((name) => valueOf(name) === undefined);
  if (absent.length > 0) throw parameterAbsent([...new Set(absent)], protocol.size > 0);

  if (!isAcceptableVersion(protocol.get('oauth_version'))) throw versionRejected();
  if (method === undefined) throw signatureMethodRejected();

  return {
    consumerKey: valueOf('oauth_consumer_key') ?? '',
    token: valueOf('oauth_token'),
    signatureMethod: method,
    signature: valueOf('oauth_signature') ?? '',
    timestamp: readTimestamp(valueOf('oauth_timestamp')),
    nonce: valueOf('oauth_nonce'),
    callback: valueOf('oauth_callback'),
    verifier: valueOf('oauth_verifier'),
    bodyHash: protocol.get('oauth_body_hash'),
  };
}

/** `1.0A` is wrong by RFC 5849 §3.1, but the most used Node client sends it. */
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
