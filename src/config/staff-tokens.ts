import type { Environment } from './setting-definitions.js';

/** Faults of the settings for JWTs of staff, which must all be set together. */
export function staffTokenFaults(environment: Environment): string[] {
  const { ADMIN_JWKS_URL, ADMIN_JWT_ISSUER, ADMIN_JWT_AUDIENCE, NODE_ENV } = environment;
  if (typeof ADMIN_JWKS_URL !== 'string') return [];
  const faults: string[] = [];
  if (ADMIN_JWT_ISSUER === undefined) {
    faults.push(
      'ADMIN_JWT_ISSUER is required with ADMIN_JWKS_URL: it is compared with the claim iss',
    );
  }
  if (ADMIN_JWT_AUDIENCE === undefined) {
    faults.push(
      'ADMIN_JWT_AUDIENCE is required with ADMIN_JWKS_URL: a token for another service is none for this one',
    );
  }
  if (NODE_ENV === 'production' && !/^https:/i.test(ADMIN_JWKS_URL)) {
    faults.push(
      'ADMIN_JWKS_URL must be https in production: who alters the keys is an administrator',
    );
  }
  return faults;
}
