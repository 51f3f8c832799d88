import { getHeapStatistics } from 'node:v8';
import type { Brand } from './brand.js';
import type {
  Environment,
  LogLevel,
  ProblemDetail,
  RateLimitStore,
} from './setting-definitions.js';
import { requestsInFlightFor } from './memory-bounds.js';
import { oidcClientFrom, oidcFaults, type OidcClient } from './oidc-client.js';
import type { EndpointAliases } from './endpoint-aliases.js';
import { eventFaults, eventsFrom, type EventSettings } from './events.js';
import { nonceStoreFaults, nonceStoreFrom, type NonceStoreTarget } from './nonce-store-url.js';
import {
  platformTokenFaults,
  platformTokensFrom,
  type PlatformTokenSettings,
} from './platform-tokens.js';
import type { PublicUrl } from './public-url.js';
import { misspeltSettings, sentenceAbout } from './misspelt-settings.js';
import { readEnvironment } from './read-environment.js';
import type { ReplyType } from './reply-type.js';
import type { ScopeDescriptions } from './scopes-file.js';
import type { SecretKey } from './secret-keys.js';
import { staffTokenFaults } from './staff-tokens.js';

/** All that can be set from outside, read once at the start. The class is its own Nest token. */
export class Settings {
  /** NODE_ENV is `production`; every other value means development. */
  readonly production!: boolean;
  readonly host!: string;
  /** 0 means any free port. */
  readonly port!: number;
  readonly adminPort!: number;
  /** In production the loopback address, unless ADMIN_HOST is set. */
  readonly adminHost!: string;
  /** The most requests in flight on the public listener. */
  readonly maxRequestsInFlight!: number;
  /** Clients sign for this place, whatever the service sees itself. */
  readonly publicUrl?: PublicUrl;
  /** Further paths of the public endpoints. */
  readonly endpointAliases!: EndpointAliases;
  /** Addresses and CIDRs of the proxies whose X-Forwarded-* headers are believed. */
  readonly trustProxy!: readonly string[];

  /** None: the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl?: string;
  /** Where changes are listened for; undefined: where the database is. */
  readonly databaseListenUrl?: string;
  /** These two are read anew for each connection, so that a changed password needs no restart. */
  readonly databaseUrlFile?: string;
  readonly databaseListenUrlFile?: string;
  readonly databasePoolSize!: number;
  /** Holds all tables; undefined: the first of the role's search_path. */
  readonly databaseSchema?: string;
  /** Where nonces are claimed; undefined: in the database. */
  readonly nonceStore?: NonceStoreTarget;
  /** Whether the start applies missing migrations, or waits for them. */
  readonly autoMigrate!: boolean;
  /** Absolute. */
  readonly dataDir!: string;

  /** The first seals, all open. Empty only before the development secrets are filled in. */
  readonly secretKeys!: readonly SecretKey[];
  readonly adminApiKey?: string;
  /** Where it is kept, in development; undefined where the environment sets it. */
  readonly adminApiKeyFile?: string;
  readonly adminJwksUrl?: string;
  readonly adminJwtIssuer?: string;
  readonly adminJwtAudience?: string;
  /** A dot leads into an object. */
  readonly adminJwtRolesClaim!: string;
  /** The only `typ` of a header that is taken; undefined: also JWT, and none. */
  readonly adminJwtType?: 'at+jwt';

  /** The JWT access tokens that this service issues; undefined: none. */
  readonly platformTokens?: PlatformTokenSettings;

  /** Where events of consumers and tokens go; undefined: none are made. */
  readonly events?: EventSettings;
  /** How long events are tried, and kept after that. */
  readonly eventsRetentionDays!: number;

  readonly consentUrl?: string;
  /** Where resource owners sign in by OpenID Connect. */
  readonly oidc?: OidcClient;
  /** Where staff sign in to the console by OpenID Connect; undefined: with an API key. */
  readonly staffOidc?: OidcClient;
  /** A session on the resource owner's pages ends this long after sign-in, whatever happens. */
  readonly sessionTtlSeconds!: number;
  /** It ends this long after the last page, too. */
  readonly sessionIdleSeconds!: number;
  /** Points an address may spend on the resource owner's pages in a minute; 0: no limit. */
  readonly pagesRateLimitPerMinute!: number;
  /** Where alone callbacks may redirect further: origins or schemes; empty: anywhere. */
  readonly pagesFormAction!: readonly string[];
  /** The languages of the resource owner's pages; the first is for browsers that want no other. */
  readonly pagesLanguages!: readonly string[];
  readonly scopeDescriptions!: ScopeDescriptions;
  readonly brand!: Brand;
  readonly realm!: string;
  readonly oauthGetEnabled!: boolean;
  /** What the replies of initiate and token, and refusals, are labelled as where Accept prefers neither. */
  readonly replyType!: ReplyType;
  readonly problemDetail!: ProblemDetail;
  /** Whether a client with the right secrets learns which mistake explains its wrong signature. */
  readonly signatureHints!: boolean;
  /** The most searches for a hint that one process starts in a second. */
  readonly signatureHintsPerSecond!: number;
  readonly temporaryCredentialTtlSeconds!: number;
  /** 0: until revoked. */
  readonly accessTokenTtlSeconds!: number;
  readonly timestampWindowSeconds!: number;

  /** Signed requests a minute; 0: no limit. */
  readonly rateLimitPerAddress!: number;
  readonly rateLimitPerConsumer!: number;
  readonly rateLimitStore!: RateLimitStore;

  /** 0: this replica sweeps nothing. */
  readonly sweepIntervalSeconds!: number;
  /** How long ended access tokens are kept for staff to see; 0: for ever. */
  readonly tokenRetentionDays!: number;

  readonly shutdownDelaySeconds!: number;
  readonly logLevel!: LogLevel;
  /** Where spans are sent to by OTLP over HTTP; none: nothing is traced. */
  readonly tracesUrl?: string;

  constructor(values: { readonly [Name in keyof Settings]: Settings[Name] }) {
    Object.assign(this, values);
    Object.freeze(this);
  }
}

/** The environment can't be run with. Each fault is a sentence that names a variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly faults: string[]) {
    super(`The settings can't be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** Reads the environment; throws a `SettingsError` that holds every fault at once. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const { environment, faults } = readEnvironment(env);
  faults.push(...faultsBetween(environment, faults));
  if (faults.length > 0) {
    throw new SettingsError([...faults, ...misspeltSettings(env).map(sentenceAbout)]);
  }
  return new Settings(valuesFrom(environment, env));
}

/** What no variable can say alone. A variable that is at fault already is not called missing. */
function faultsBetween(environment: Environment, known: readonly string[]): string[] {
  const { PORT, ADMIN_PORT, NODE_ENV } = environment;
  const faults: string[] = [];
  if (typeof PORT === 'number' && PORT !== 0 && PORT === ADMIN_PORT) {
    faults.push('ADMIN_PORT must differ from PORT, for example 3001');
  }
  faults.push(
    ...staffTokenFaults(environment),
    ...platformTokenFaults(environment, known),
    ...oidcFaults(environment, known),
    ...nonceStoreFaults(environment, known),
    ...eventFaults(environment, known),
  );
  if (NODE_ENV === 'production') {
    faults.push(...guessableFaults(environment));
    const missing = (name: keyof Environment) =>
      environment[name] === undefined && !known.some((fault) => fault.startsWith(name));
    if (missing('DATABASE_URL')) {
      faults.push(
        'DATABASE_URL is required in production, for example postgres://oauth10:PASSWORD@db.example.com:5432/oauth10',
      );
    }
    if (missing('SECRET_KEYS')) {
      faults.push(
        'SECRET_KEYS is required in production, for example k1:BASE64 (32 random octets, as `openssl rand -base64 32` prints them)',
      );
    }
    if (missing('ADMIN_API_KEY') && missing('ADMIN_JWKS_URL')) {
      faults.push(
        'ADMIN_API_KEY or ADMIN_JWKS_URL is required in production, for example ADMIN_API_KEY set to what `openssl rand -hex 32` prints',
      );
    }
  }
  return faults;
}

/** What nobody would find by chance, and anybody by trying. */
function guessableFaults({ SECRET_KEYS, ADMIN_API_KEY }: Environment): string[] {
  const faults: string[] = [];
  // What was at fault is still the text that it was.
  const keys: readonly SecretKey[] = typeof SECRET_KEYS === 'object' ? SECRET_KEYS : [];
  if (keys.some(({ key }) => new Set(key).size === 1)) {
    faults.push(
      'SECRET_KEYS must not hold one octet 32 times in production: make each key with `openssl rand -base64 32`',
    );
  }
  if (typeof ADMIN_API_KEY === 'string' && new Set(ADMIN_API_KEY).size === 1) {
    faults.push(
      'ADMIN_API_KEY must not be one character repeated in production: make it with `openssl rand -hex 32`',
    );
  }
  return faults;
}

function valuesFrom(
  environment: Environment,
  env: NodeJS.ProcessEnv,
): ConstructorParameters<typeof Settings>[0] {
  const production = environment.NODE_ENV === 'production';
  const host = environment.HOST ?? (production ? '0.0.0.0' : '127.0.0.1');
  return {
    production,
    host,
    port: environment.PORT,
    adminPort: environment.ADMIN_PORT,
    adminHost: environment.ADMIN_HOST ?? (production ? '127.0.0.1' : host),
    maxRequestsInFlight:
      environment.MAX_REQUESTS_IN_FLIGHT ??
      requestsInFlightFor(getHeapStatistics().heap_size_limit),
    publicUrl: environment.PUBLIC_URL,
    endpointAliases: environment.ENDPOINT_ALIASES ?? new Map(),
    trustProxy: environment.TRUST_PROXY ?? [],
    databaseUrl: environment.DATABASE_URL,
    databaseListenUrl: environment.DATABASE_LISTEN_URL,
    databaseUrlFile: env.DATABASE_URL_FILE || undefined,
    databaseListenUrlFile: env.DATABASE_LISTEN_URL_FILE || undefined,
    databasePoolSize: environment.DATABASE_POOL_SIZE,
    databaseSchema: environment.DATABASE_SCHEMA,
    nonceStore: nonceStoreFrom(environment),
    autoMigrate: environment.AUTO_MIGRATE,
    dataDir: environment.DATA_DIR,
    secretKeys: environment.SECRET_KEYS ?? [],
    adminApiKey: environment.ADMIN_API_KEY,
    adminJwksUrl: environment.ADMIN_JWKS_URL,
    adminJwtIssuer: environment.ADMIN_JWT_ISSUER,
    adminJwtAudience: environment.ADMIN_JWT_AUDIENCE,
    adminJwtRolesClaim: environment.ADMIN_JWT_ROLES_CLAIM,
    adminJwtType: environment.ADMIN_JWT_TYPE,
    platformTokens: platformTokensFrom(environment),
    events: eventsFrom(environment),
    eventsRetentionDays: environment.EVENTS_RETENTION_DAYS,
    consentUrl: environment.CONSENT_URL,
    oidc: oidcClientFrom(environment),
    staffOidc: oidcClientFrom(environment, 'STAFF_'),
    sessionTtlSeconds: environment.SESSION_TTL_SECONDS,
    sessionIdleSeconds: environment.SESSION_IDLE_SECONDS,
    pagesRateLimitPerMinute: environment.PAGES_RATE_LIMIT_PER_MINUTE,
    pagesFormAction: environment.PAGES_FORM_ACTION ?? [],
    pagesLanguages: environment.PAGES_LANGUAGES,
    scopeDescriptions: environment.SCOPES_FILE ?? new Map(),
    brand: {
      name: environment.BRAND_NAME,
      logo: environment.BRAND_LOGO_FILE,
      color: environment.BRAND_COLOR,
      legalText: environment.BRAND_LEGAL_TEXT,
    },
    realm: environment.OAUTH_REALM,
    oauthGetEnabled: environment.OAUTH_GET_ENABLED,
    replyType: environment.REPLY_TYPE,
    problemDetail: environment.OAUTH_PROBLEM_DETAIL,
    signatureHints: environment.SIGNATURE_HINTS,
    signatureHintsPerSecond: environment.SIGNATURE_HINTS_PER_SECOND,
    temporaryCredentialTtlSeconds: environment.TEMPORARY_CREDENTIAL_TTL_SECONDS,
    accessTokenTtlSeconds: environment.ACCESS_TOKEN_TTL_SECONDS,
    timestampWindowSeconds: environment.TIMESTAMP_WINDOW_SECONDS,
    rateLimitPerAddress: environment.RATE_LIMIT_PER_ADDRESS,
    rateLimitPerConsumer: environment.RATE_LIMIT_PER_CONSUMER,
    rateLimitStore: environment.RATE_LIMIT_STORE,
    sweepIntervalSeconds: environment.SWEEP_INTERVAL_SECONDS,
    tokenRetentionDays: environment.TOKEN_RETENTION_DAYS,
    shutdownDelaySeconds: environment.SHUTDOWN_DELAY_SECONDS,
    logLevel: environment.LOG_LEVEL,
    tracesUrl: environment.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}
