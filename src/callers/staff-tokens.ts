import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { Settings } from '../config/settings.js';
import type { Caller } from './caller.js';
import { claimedRoles } from './claimed-roles.js';

/** The keys of the platform's issuer can't be had; says nothing about the token. */
export class IssuerUnavailable extends Error {
  constructor(cause: unknown) {
    super("The keys of the platform's issuer are out of reach", { cause });
  }
}

/** With a shared key, anyone who can verify a token could forge one. */
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
/** A token of another kind (a logout token, a proof) was not made to let anybody in. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt'];
/** What ID tokens (OpenID Connect Core sections 2 and 3.3.2.11, FAPI) and events (RFC 8417) have, and access tokens have not. */
const CLAIMS_OF_OTHER_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];
/** Whoever found a token in a log can use it for so long at most. */
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;
/** The bound of OpenID Connect Core section 2. */
const MAX_SUBJECT_CHARACTERS = 255;
const CLOCK_TOLERANCE_SECONDS = 5;
const FETCH_TIMEOUT_MS = 3_000;

/** Three parts of base64url; a key of ours holds no dot. */
export const looksLikeJwt = (credential: string): boolean =>
  /^[\w-]+\.[\w-]*\.[\w-]*$/.test(credential);

/** Knows staff by the bearer JWTs of the platform (RFC 7519, with the advice of RFC 8725). */
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
            // Node's inflating has had its holes; nothing here is large enough to need it.
            headers: { 'Accept-Encoding': 'identity' },
          });
  }

  /**
   * The caller whom the token names: an access token of our issuer, for us, signed, and in its time,
   * which is a day at most. Undefined for any other token, and when no issuer is set.
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

  /** By RFC 8725 section 3.11; `application/` may be left out (RFC 7515 section 4.1.9). */
  private isTypeTaken({ typ }: { typ?: unknown }): boolean {
    const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
    const { adminJwtType } = this.settings;
    return adminJwtType === undefined ? TYPES.includes(type) : type === adminJwtType;
  }
}

/** The person whom verified claims of the issuer name; undefined for a `sub` that can't be kept in the record. */
export function callerOfClaims(
  payload: Readonly<Record<string, unknown>>,
  issuer: string,
  rolesClaim: string,
): Caller | undefined {
  const { sub } = payload;
  if (!isSubject(sub)) return undefined;
  return { name: `${sub}@${issuer}`, roles: claimedRoles(payload, rolesClaim) };
}

/** Whether it was made as an access token, according to its claims; Keycloak puts `typ` into the payload. */
const isAccessToken = (payload: JWTPayload): boolean =>
  !CLAIMS_OF_OTHER_TOKENS.some((claim) => Object.hasOwn(payload, claim)) &&
  (payload.typ === undefined || payload.typ === 'Bearer');

/** One to be kept in the record and shown to people: nothing in it is invisible or alters the line. */
const isSubject = (sub: unknown): sub is string =>
  typeof sub === 'string' &&
  sub.length > 0 &&
  sub.length <= MAX_SUBJECT_CHARACTERS &&
  !/[\p{C}\p{Zl}\p{Zp}]/u.test(sub);

/**
 * Counted from `iat`, which the issuer has to state (RFC 9068 section 2.2), and from now: else one
 * dated into the future would seem short.
 */
function isShortLived({ exp, iat }: JWTPayload): boolean {
  const now = Math.floor(Date.now() / 1000);
  if (typeof exp !== 'number' || typeof iat !== 'number') return false;
  return exp - iat <= MAX_LIFETIME_SECONDS && iat <= now + CLOCK_TOLERANCE_SECONDS;
}

/** Whether the token is at fault, and not the way to the keys. */
const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';
