import type { Environment } from './setting-definitions.js';
import { settingRules } from './setting.decorator.js';

/** The registration of this service as a client of an OpenID Connect issuer. */
export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The prefix of the settings of one client: for resource owners, or for staff. */
type Prefix = '' | 'STAFF_';

const namesOf = <Of extends Prefix>(prefix: Of) =>
  [
    `${prefix}OIDC_ISSUER`,
    `${prefix}OIDC_CLIENT_ID`,
    `${prefix}OIDC_CLIENT_SECRET`,
  ] as const satisfies readonly (keyof Environment)[];

/** The client, if all its settings are set. */
export function oidcClientFrom(
  environment: Environment,
  prefix: Prefix = '',
): OidcClient | undefined {
  const [issuer, clientId, clientSecret] = namesOf(prefix).map((name) => environment[name]);
  return issuer && clientId && clientSecret ? { issuer, clientId, clientSecret } : undefined;
}

/**
 * Missing settings, and settings that production does not allow. Empty if one of these variables has a fault of its
 * own.
 */
export const oidcFaults = (environment: Environment, known: readonly string[]): string[] => [
  ...faultsOf('', environment, known),
  ...faultsOf('STAFF_', environment, known),
];

function faultsOf(prefix: Prefix, environment: Environment, known: readonly string[]): string[] {
  const names = namesOf(prefix);
  const [ISSUER] = names;
  if (known.some((fault) => fault.startsWith(`${prefix}OIDC_`))) return [];
  const missing = names.filter((name) => environment[name] === undefined);
  if (missing.length === names.length) return [];
  const faults = missing.map((name) => {
    const example = settingRules().get(name)?.example;
    return `${name} is required beside the other ${prefix}OIDC_ settings, for example ${example}`;
  });
  if (environment.NODE_ENV !== 'production') return faults;
  if (
    prefix === '' &&
    environment.PUBLIC_URL === undefined &&
    !known.some((fault) => /^PUBLIC_URL/.test(fault))
  ) {
    faults.push(
      'PUBLIC_URL is required beside OIDC_ISSUER in production, for example https://api.example.com: the issuer sends browsers back there, and no Host header may say where',
    );
  }
  if (/^http:/i.test(environment[ISSUER] ?? '')) {
    faults.push(`${ISSUER} must be https in production, for example https://login.example.com/`);
  }
  return faults;
}
