import type { Environment } from './environment.js';
import { settingRules } from './setting.decorator.js';

/** This service as a client of the platform's OpenID Connect issuer. */
export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const NAMES = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const;

/** The client, when all that it takes is set. */
export function oidcClientFrom(environment: Environment): OidcClient | undefined {
  const [issuer, clientId, clientSecret] = NAMES.map((name) => environment[name]);
  return issuer && clientId && clientSecret ? { issuer, clientId, clientSecret } : undefined;
}

/** What is missing of the three, and what production asks for. A variable at fault itself comes first. */
export function oidcFaults(environment: Environment, known: readonly string[]): string[] {
  if (known.some((fault) => fault.startsWith('OIDC_'))) return [];
  const missing = NAMES.filter((name) => environment[name] === undefined);
  if (missing.length === NAMES.length) return [];
  const faults = missing.map((name) => {
    const example = settingRules().get(name)?.example;
    return `${name} is required beside the other OIDC_ settings, for example ${example}`;
  });
  if (environment.NODE_ENV !== 'production') return faults;
  if (environment.PUBLIC_URL === undefined && !known.some((fault) => /^PUBLIC_URL/.test(fault))) {
    faults.push(
      'PUBLIC_URL is required beside OIDC_ISSUER in production, for example https://api.example.com: the issuer sends browsers back there, and no Host header may say where',
    );
  }
  if (/^http:/i.test(environment.OIDC_ISSUER ?? '')) {
    faults.push('OIDC_ISSUER must be https in production, for example https://login.example.com/');
  }
  return faults;
}
