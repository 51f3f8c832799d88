import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { Settings } from '../config/settings.js';
import { ROLES, type Caller, type Role } from './caller.js';

/** The keys of the platform's issuer can't be had; says nothing about the token. */
export class IssuerUnavailable extends Error {
  constructor(cause: unknown) {
    super("The keys of the platform's issuer are out of reach", { cause });
  }
}

/** With a shared key, whoever may check a token could make one. */
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
const CLOCK_TOLERANCE_SECONDS = 5;
const FETCH_TIMEOUT_MS = 3_000;

/** Three parts of base64url; a key of ours holds no dot. */
export const looksLikeJwt = (credential: string): boolean =>
  /^[\w-]+\.[\w-]*\.[\w-]*$/.test(credential);

/** Knows staff by the bearer JWTs of the platform (RFC 7519, with the advice of RFC 8725). */
@Injectable()
export class PlatformTokens {
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
   * The caller whom the token names: of our issuer, for us, signed, in its time, and with a role.
   * Undefined for any other token, and when no issuer is set.
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
        requiredClaims: ['exp', 'sub'],
      });
      const { sub } = payload;
      if (typeof sub !== 'string' || sub === '' || !isAccessToken(protectedHeader)) {
        return undefined;
      }
      const roles = rolesIn(payload, this.settings.adminJwtRolesClaim);
      return { name: `${sub}@${issuer}`, roles };
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw new IssuerUnavailable(error);
    }
  }
}

/** By RFC 8725 section 3.11; `application/` may be left out (RFC 7515 section 4.1.9). */
const isAccessToken = ({ typ }: { typ?: unknown }): boolean =>
  TYPES.includes(typeof typ === 'string' ? typ.toLowerCase().replace('application/', '') : typ);

/** Whether the token is at fault, and not the way to the keys. */
const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';

/**
 * The roles in a claim; a dot in its name leads into an object (`realm_access.roles`). A claim may
 * be a list, or names with blanks between them, and may hold names that mean nothing here.
 */
function rolesIn(payload: JWTPayload, claim: string): Role[] {
  let value: unknown = payload[claim];
  if (value === undefined) {
    value = claim
      .split('.')
      .reduce<unknown>(
        (inner, name) =>
          typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
            ? (inner as Record<string, unknown>)[name]
            : undefined,
        payload,
      );
  }
  const names: unknown[] = typeof value === 'string' ? value.split(' ') : asList(value);
  return ROLES.filter((role) => names.includes(role));
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
