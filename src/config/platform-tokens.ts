import type { Environment } from './setting-definitions.js';
import type { TokenAlgorithm } from './token-issuer.js';
import { LOOPBACK_HOSTS } from './value-parsers.js';

/** This service as an issuer of the platform's JWT access tokens (RFC 9068). */
export interface PlatformTokenSettings {
  /** Exactly as set, because verifiers compare it octet by octet. */
  readonly issuer: string;
  readonly audience: string;
  readonly ttlSeconds: number;
  readonly algorithm: TokenAlgorithm;
  /** How long a new key is published before it signs. */
  readonly keyLeadSeconds: number;
}

/** Undefined if no issuer is set: the service issues no tokens. */
export function platformTokensFrom(environment: Environment): PlatformTokenSettings | undefined {
  const { PLATFORM_TOKEN_ISSUER: issuer, PLATFORM_TOKEN_AUDIENCE: audience } = environment;
  if (issuer === undefined || audience === undefined) return undefined;
  return {
    issuer,
    audience,
    ttlSeconds: environment.PLATFORM_TOKEN_TTL_SECONDS,
    algorithm: environment.PLATFORM_TOKEN_ALGORITHM,
    keyLeadSeconds: environment.PLATFORM_TOKEN_KEY_LEAD_SECONDS,
  };
}

/**
 * A missing issuer or audience, and an issuer that production does not allow. Empty if one of these variables has a
 * fault of its own.
 */
export function platformTokenFaults(environment: Environment, known: readonly string[]): string[] {
  const { PLATFORM_TOKEN_ISSUER: issuer, PLATFORM_TOKEN_AUDIENCE: audience } = environment;
  const isKnown = (name: string) => known.some((fault) => fault.startsWith(name));
  if (isKnown('PLATFORM_TOKEN_ISSUER') || isKnown('PLATFORM_TOKEN_AUDIENCE')) return [];
  if (issuer === undefined && audience === undefined) return [];
  if (audience === undefined) {
    return [
      'PLATFORM_TOKEN_AUDIENCE is required with PLATFORM_TOKEN_ISSUER: a token without one is good everywhere, for example https://api.example.com',
    ];
  }
  if (issuer === undefined) {
    return [
      'PLATFORM_TOKEN_ISSUER is required with PLATFORM_TOKEN_AUDIENCE, for example https://auth.example.com',
    ];
  }
  const { protocol, hostname } = new URL(issuer);
  if (
    environment.NODE_ENV === 'production' &&
    protocol !== 'https:' &&
    !LOOPBACK_HOSTS.includes(hostname)
  ) {
    return [
      'PLATFORM_TOKEN_ISSUER must be https in production: who alters the keys on their way makes tokens',
    ];
  }
  return [];
}
