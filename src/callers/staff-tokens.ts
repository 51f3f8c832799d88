import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { Settings } from '../config/settings.js';
import type { Caller } from './caller.js';
import { claimedRoles } from './claimed-roles.js';

/** The keys of the platform's issuer are unavailable. The token itself may be valid. */
export class IssuerUnavailable extends Error {
  constructor(cause: unknown) {
    super("The keys of the platform's issuer are out of reach", { cause });
  }
}

/** With a symmetric key, every verifier of tokens could also forge one. */
const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Tokens of other types (logout tokens, proofs) do not grant access. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt'];
/**
 * Claims of ID tokens (OpenID Connect Core sections 2 and 3.3.2.11, FAPI) and events (RFC 8417), which access
 * tokens do not have.
 */
const CLAIMS_OF_OTHER_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];
/** Limits how long a token that leaked into a log can be used. */
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;
/** The limit of OpenID Connect Core section 2. */
const MAX_SUBJECT_CHARACTERS = 255;
const CLOCK_TOLERANCE_SECONDS = 5;
const FETCH_TIMEOUT_MS = 3_000;

/** Three parts of base64url with dots between them; API keys contain no dot. */
export const looksLikeJwt = (credential: string): boolean =>
  /^[\w-]+\.[\w-]*\.[\w-]*$/.test(credential);

/** Authenticates staff by the platform's bearer JWTs (RFC 7519, with the advice of RFC 8725). */
@Injectable()
export class StaffTokens {
  private readonly keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(private readonly settings: Settings) {
    const { adminJwksUrl } = settings;
    this.keys =
      adminJwksUrl === undefined
        ? undefined
        : createRemoteJWKSet(new URL(adminJwksUrl), {
            timeoutDuration: FETCH_TIMEOUT_MS,
            // Node's decompression has had vulnerabilities, and the small responses do not need it.
            headers: { 'Accept-Encoding': 'identity' },
          });
  }

  /**
   * The caller that the token names. It must be a signed access token of the configured issuer and audience,
   * valid now, and for at most a day. Undefined for any other token, and if no issuer is configured.
   *
   * @throws IssuerUnavailable
   */
  async callerOf(token: string): Promise<Caller | undefined> {
    const { adminJwtIssuer: issuer, adminJwtAudience: audience } = this.settings;
    if (!this.keys || issuer === undefined || audience === undefined) return undefined;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys, {
        issuer,
        audience,
        algorithms: ASYMMETRIC,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'iat', 'sub'],
      });
      if (!this.isTypeTaken(protectedHeader) || !isAccessToken(payload)) return undefined;
      if (!isShortLived(payload)) return undefined;
      return callerOfClaims(payload, issuer, this.settings.adminJwtRolesClaim);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw new IssuerUnavailable(error);
    }
  }

  /** By RFC 8725 section 3.11; the prefix `application/` is optional (RFC 7515 section 4.1.9). */
  private isTypeTaken({ typ }: { typ?: unknown }): boolean {
    const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
    const { adminJwtType } = this.settings;
    return adminJwtType === undefined ? TYPES.includes(type) : type === adminJwtType;
  }
}

/** The caller that verified claims of the issuer name; undefined for a `sub` that the audit trail cannot contain. */
export function callerOfClaims(
  payload: Readonly<Record<string, unknown>>,
  issuer: string,
  rolesClaim: string,
): Caller | undefined {
  const { sub } = payload;
  if (!isSubject(sub)) return undefined;
  return { name: `${sub}@${issuer}`, roles: claimedRoles(payload, rolesClaim) };
}

/** Whether the claims are those of an access token; Keycloak puts `typ` into the payload. */
const isAccessToken = (payload: JWTPayload): boolean =>
  !CLAIMS_OF_OTHER_TOKENS.some((claim) => Object.hasOwn(payload, claim)) &&
  (payload.typ === undefined || payload.typ === 'Bearer');

/** Whether the audit trail and pages can contain the `sub`: it has no invisible characters and no line breaks. */
const isSubject = (sub: unknown): sub is string =>
  typeof sub === 'string' &&
  sub.length > 0 &&
  sub.length <= MAX_SUBJECT_CHARACTERS &&
  !/[\p{C}\p{Zl}\p{Zp}]/u.test(sub);

/**
 * The lifetime counts from `iat`, which the issuer must include (RFC 9068 section 2.2). `iat` must not be in
 * the future: otherwise a token could be valid for more than a day from now.
 */
function isShortLived({ exp, iat }: JWTPayload): boolean {
  const now = Math.floor(Date.now() / 1000);
  if (typeof exp !== 'number' || typeof iat !== 'number') return false;
  return exp - iat <= MAX_LIFETIME_SECONDS && iat <= now + CLOCK_TOLERANCE_SECONDS;
}

/** Whether the token is invalid; false if the keys could not be fetched. */
const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';
