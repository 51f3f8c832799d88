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

/** All settings, read once at startup. The class is its own injection token in Nest. */
export class Settings {
  /** Whether NODE_ENV is `production`; every other value means development. */
  readonly production!: boolean;
  readonly host!: string;
  /** 0: any free port. */
  readonly port!: number;
  readonly adminPort!: number;
  /** In production the loopback address, unless ADMIN_HOST is set. */
  readonly adminHost!: string;
  /** The most requests in flight on the public listener. */
  readonly maxRequestsInFlight!: number;
  /** The address that clients sign, whatever the service sees itself. */
  readonly publicUrl?: PublicUrl;
  /** Additional paths of the public endpoints. */
  readonly endpointAliases!: EndpointAliases;
  /** Addresses and CIDRs of trusted proxies. The service trusts their X-Forwarded-* headers. */
  readonly trustProxy!: readonly string[];

  /** Undefined: the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl?: string;
  /** The database URL for LISTEN; undefined: `databaseUrl`. */
  readonly databaseListenUrl?: string;
  /** Both files are read again for each connection, so that a changed password needs no restart. */
  readonly databaseUrlFile?: string;
  readonly databaseListenUrlFile?: string;
  readonly databasePoolSize!: number;
  /** The schema of all tables; undefined: the first of the role's search_path. */
  readonly databaseSchema?: string;
  /** The server that holds nonces; undefined: the database. */
  readonly nonceStore?: NonceStoreTarget;
  /** Whether the start applies missing migrations; otherwise it waits for them. */
  readonly autoMigrate!: boolean;
  /** An absolute path. */
  readonly dataDir!: string;

  /** The first seals, all open. Empty only before the development secrets are generated. */
  readonly secretKeys!: readonly SecretKey[];
  readonly adminApiKey?: string;
  /** The file with the key, in development; undefined if the environment sets the key. */
  readonly adminApiKeyFile?: string;
  readonly adminJwksUrl?: string;
  readonly adminJwtIssuer?: string;
  readonly adminJwtAudience?: string;
  /** A dot separates the names of nested claims. */
  readonly adminJwtRolesClaim!: string;
  /** The only accepted `typ` in the header; undefined: also JWT, or no `typ`. */
  readonly adminJwtType?: 'at+jwt';

  /** The settings of the JWT access tokens that this service issues; undefined: it issues none. */
  readonly platformTokens?: PlatformTokenSettings;

  /** The receiver of events about consumers and tokens; undefined: no events are created. */
  readonly events?: EventSettings;
  /** How long delivery of an event is retried, and how long the event is then kept. */
  readonly eventsRetentionDays!: number;

  readonly consentUrl?: string;
  /** The OpenID Connect issuer for resource owners. */
  readonly oidc?: OidcClient;
  /** The OpenID Connect issuer for staff in the console; undefined: staff sign in with an API key. */
  readonly staffOidc?: OidcClient;
  /** The longest lifetime of a session on the resource owner's pages, from the sign-in. */
  readonly sessionTtlSeconds!: number;
  /** The longest time between two requests of a session. */
  readonly sessionIdleSeconds!: number;
  /** The points that an address can spend on the resource owner's pages in a minute; 0: no limit. */
  readonly pagesRateLimitPerMinute!: number;
  /** The only places to which callbacks may redirect: origins or schemes; empty: any place. */
  readonly pagesFormAction!: readonly string[];
  /** The languages of the resource owner's pages. The first is the default. */
  readonly pagesLanguages!: readonly string[];
  readonly scopeDescriptions!: ScopeDescriptions;
  readonly brand!: Brand;
  readonly realm!: string;
  readonly oauthGetEnabled!: boolean;
  /** The content type of refusals and of the responses of initiate and token, if Accept prefers none. */
  readonly replyType!: ReplyType;
  readonly problemDetail!: ProblemDetail;
  /** Whether a client with the right secrets learns the mistake that explains its wrong signature. */
  readonly signatureHints!: boolean;
  /** The maximum number of searches for a hint that a process starts in a second. */
  readonly signatureHintsPerSecond!: number;
  readonly temporaryCredentialTtlSeconds!: number;
  /** 0: until revoked. */
  readonly accessTokenTtlSeconds!: number;
  readonly timestampWindowSeconds!: number;

  /** Signed requests per minute; 0: no limit. */
  readonly rateLimitPerAddress!: number;
  readonly rateLimitPerConsumer!: number;
  readonly rateLimitStore!: RateLimitStore;

  /** 0: this replica does not sweep. */
  readonly sweepIntervalSeconds!: number;
  /** How long expired and revoked access tokens are kept for staff; 0: forever. */
  readonly tokenRetentionDays!: number;

  readonly shutdownDelaySeconds!: number;
  readonly logLevel!: LogLevel;
  /** The OTLP over HTTP endpoint for spans; undefined: no tracing. */
  readonly tracesUrl?: string;

  constructor(values: { readonly [Name in keyof Settings]: Settings[Name] }) {
    Object.assign(this, values);
    Object.freeze(this);
  }
}

/** The settings are invalid. Each fault is a sentence that names a variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly faults: string[]) {
    super(`The settings can't be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** Reads the environment. @throws SettingsError with all faults */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const { environment, faults } = readEnvironment(env);
  faults.push(...faultsBetween(environment, faults));
  if (faults.length > 0) {
    throw new SettingsError([...faults, ...misspeltSettings(env).map(sentenceAbout)]);
  }
  return new Settings(valuesFrom(environment, env));
}

/** Faults of combinations of variables. A variable with a fault of its own is not also reported as missing. */
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

/** Secrets that are valid but easy to guess. */
function guessableFaults({ SECRET_KEYS, ADMIN_API_KEY }: Environment): string[] {
  const faults: string[] = [];
  // An invalid variable still has its text as value.
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
