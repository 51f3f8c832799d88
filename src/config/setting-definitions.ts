import { brandColor, brandName, logoFile, type Logo } from './brand.js';
import { parseEndpointAliases, type EndpointAliases } from './endpoint-aliases.js';
import { parseEventsSecret } from './events.js';
import { parseNonceStoreUrl, type NonceStoreTarget } from './nonce-store-url.js';
import { parsePublicUrl, type PublicUrl } from './public-url.js';
import { TOKEN_ALGORITHMS, tokenIssuer, type TokenAlgorithm } from './token-issuer.js';
import { FORM_TYPE, PLAIN_TYPE, type ReplyType } from './reply-type.js';
import { scopesFile, type ScopeDescriptions } from './scopes-file.js';
import { parseSecretKeys, type SecretKey } from './secret-keys.js';
import { Setting } from './setting.decorator.js';
import { parseTrustedAddresses } from './trusted-addresses.js';
import {
  adminApiKey,
  anyText,
  directory,
  formActions,
  httpUrl,
  languageTags,
  listenHost,
  oidcIssuer,
  oneOf,
  postgresUrl,
  realm,
  schemaName,
  textWithoutBlanks,
  trueOrFalse,
  wholeNumber,
} from './value-parsers.js';

export type ProblemDetail = 'full' | 'uniform';
export type RateLimitStore = 'memory' | 'postgresql' | 'nonce-store';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** The environment variables of the service, each with its rule. `.env.example` explains them. */
export class Environment {
  @Setting({ parse: anyText, example: 'production' })
  NODE_ENV?: string;

  @Setting({ parse: listenHost, example: '127.0.0.1' })
  HOST?: string;

  @Setting({ parse: wholeNumber(0, 65535), fallback: '3000', example: '3000' })
  PORT!: number;

  @Setting({ parse: wholeNumber(0, 65535), fallback: '3001', example: '3001' })
  ADMIN_PORT!: number;

  @Setting({ parse: listenHost, example: '127.0.0.1' })
  ADMIN_HOST?: string;

  @Setting({ parse: wholeNumber(1, 1_000_000), example: '368' })
  MAX_REQUESTS_IN_FLIGHT?: number;

  @Setting({ parse: parsePublicUrl, example: 'https://api.example.com' })
  PUBLIC_URL?: PublicUrl;

  @Setting({ parse: parseEndpointAliases, example: '/oauth/access_token=token' })
  ENDPOINT_ALIASES?: EndpointAliases;

  @Setting({ parse: parseTrustedAddresses, example: '10.0.0.0/8,192.0.2.7' })
  TRUST_PROXY?: readonly string[];

  @Setting({
    parse: postgresUrl,
    secret: true,
    example: 'postgres://oauth10:PASSWORD@db.example.com:5432/oauth10',
  })
  DATABASE_URL?: string;

  @Setting({
    parse: postgresUrl,
    secret: true,
    example: 'postgres://oauth10:PASSWORD@db.example.com:5432/oauth10',
  })
  DATABASE_LISTEN_URL?: string;

  @Setting({ parse: wholeNumber(1, 500), fallback: '10', example: '10' })
  DATABASE_POOL_SIZE!: number;

  @Setting({ parse: schemaName, example: 'oauth10' })
  DATABASE_SCHEMA?: string;

  @Setting({
    parse: postgresUrl,
    secret: true,
    example: 'postgres://oauth10_owner:PASSWORD@db.example.com:5432/oauth10',
  })
  MIGRATION_DATABASE_URL?: string;

  @Setting({
    parse: parseNonceStoreUrl,
    secret: true,
    example: 'redis://:PASSWORD@nonces.example.com:6379',
  })
  NONCE_STORE_URL?: Omit<NonceStoreTarget, 'isCluster'>;

  @Setting({ parse: trueOrFalse, fallback: 'false', example: 'true' })
  NONCE_STORE_CLUSTER!: boolean;

  @Setting({ parse: trueOrFalse, fallback: 'true', example: 'true' })
  AUTO_MIGRATE!: boolean;

  @Setting({ parse: directory, fallback: '.data', example: '.data' })
  DATA_DIR!: string;

  @Setting({
    parse: parseSecretKeys,
    secret: true,
    example: 'k1:BASE64 (32 random octets, as `openssl rand -base64 32` prints them)',
  })
  SECRET_KEYS?: readonly SecretKey[];

  @Setting({
    parse: adminApiKey,
    secret: true,
    example: 'what `openssl rand -hex 32` prints',
  })
  ADMIN_API_KEY?: string;

  @Setting({ parse: httpUrl, example: 'https://login.example.com/.well-known/jwks.json' })
  ADMIN_JWKS_URL?: string;

  @Setting({ parse: textWithoutBlanks, example: 'https://login.example.com/' })
  ADMIN_JWT_ISSUER?: string;

  @Setting({ parse: textWithoutBlanks, example: 'oauth10-admin' })
  ADMIN_JWT_AUDIENCE?: string;

  @Setting({ parse: textWithoutBlanks, fallback: 'roles', example: 'realm_access.roles' })
  ADMIN_JWT_ROLES_CLAIM!: string;

  @Setting({ parse: oneOf('at+jwt'), example: 'at+jwt' })
  ADMIN_JWT_TYPE?: 'at+jwt';

  @Setting({ parse: tokenIssuer, example: 'https://auth.example.com' })
  PLATFORM_TOKEN_ISSUER?: string;

  @Setting({ parse: textWithoutBlanks, example: 'https://api.example.com' })
  PLATFORM_TOKEN_AUDIENCE?: string;

  @Setting({ parse: wholeNumber(10, 3600), fallback: '60', example: '60' })
  PLATFORM_TOKEN_TTL_SECONDS!: number;

  @Setting({ parse: oneOf(...TOKEN_ALGORITHMS), fallback: 'ES256', example: 'ES256' })
  PLATFORM_TOKEN_ALGORITHM!: TokenAlgorithm;

  @Setting({ parse: wholeNumber(0, 604_800), fallback: '600', example: '600' })
  PLATFORM_TOKEN_KEY_LEAD_SECONDS!: number;

  @Setting({ parse: httpUrl, example: 'https://events.example.com/oauth10' })
  EVENTS_URL?: string;

  @Setting({ parse: parseEventsSecret, secret: true, example: 'whsec_BASE64 of 32 random octets' })
  EVENTS_SECRET?: readonly Buffer[];

  @Setting({ parse: wholeNumber(1, 20), fallback: '10', example: '10' })
  EVENTS_TIMEOUT_SECONDS!: number;

  @Setting({ parse: wholeNumber(1, 365), fallback: '7', example: '7' })
  EVENTS_RETENTION_DAYS!: number;

  @Setting({ parse: httpUrl, example: 'https://www.example.com/consent' })
  CONSENT_URL?: string;

  @Setting({ parse: oidcIssuer, example: 'https://login.example.com/' })
  OIDC_ISSUER?: string;

  @Setting({ parse: textWithoutBlanks, example: 'oauth10' })
  OIDC_CLIENT_ID?: string;

  @Setting({
    parse: textWithoutBlanks,
    secret: true,
    example: 'the secret that the issuer gave to OIDC_CLIENT_ID',
  })
  OIDC_CLIENT_SECRET?: string;

  @Setting({ parse: oidcIssuer, example: 'https://login.example.com/' })
  STAFF_OIDC_ISSUER?: string;

  @Setting({ parse: textWithoutBlanks, example: 'oauth10-console' })
  STAFF_OIDC_CLIENT_ID?: string;

  @Setting({
    parse: textWithoutBlanks,
    secret: true,
    example: 'the secret that the issuer gave to STAFF_OIDC_CLIENT_ID',
  })
  STAFF_OIDC_CLIENT_SECRET?: string;

  @Setting({ parse: wholeNumber(60, 2_592_000), fallback: '28800', example: '28800' })
  SESSION_TTL_SECONDS!: number;

  @Setting({ parse: wholeNumber(60, 2_592_000), fallback: '1800', example: '1800' })
  SESSION_IDLE_SECONDS!: number;

  @Setting({ parse: wholeNumber(0, 1_000_000), fallback: '1200', example: '1200' })
  PAGES_RATE_LIMIT_PER_MINUTE!: number;

  @Setting({ parse: formActions, example: 'https://www.client.example.com' })
  PAGES_FORM_ACTION?: readonly string[];

  @Setting({ parse: languageTags, fallback: 'en,de', example: 'de,en' })
  PAGES_LANGUAGES!: readonly string[];

  @Setting({ parse: scopesFile, example: 'docs/examples/scopes.json' })
  SCOPES_FILE?: ScopeDescriptions;

  @Setting({ parse: brandName, example: 'Example Photos' })
  BRAND_NAME?: string;

  @Setting({ parse: logoFile, example: 'docs/examples/logo.svg' })
  BRAND_LOGO_FILE?: Logo;

  @Setting({ parse: brandColor, fallback: '#1d4ed8', example: '#1d4ed8' })
  BRAND_COLOR!: string;

  @Setting({ parse: anyText, example: 'Example Photos Ltd, 1 Example Street' })
  BRAND_LEGAL_TEXT?: string;

  @Setting({ parse: realm, fallback: 'oauth10', example: 'oauth10' })
  OAUTH_REALM!: string;

  @Setting({ parse: trueOrFalse, fallback: 'true', example: 'true' })
  OAUTH_GET_ENABLED!: boolean;

  @Setting({
    parse: oneOf(PLAIN_TYPE, FORM_TYPE),
    fallback: PLAIN_TYPE,
    example: FORM_TYPE,
  })
  REPLY_TYPE!: ReplyType;

  @Setting({ parse: oneOf('full', 'uniform'), fallback: 'full', example: 'uniform' })
  OAUTH_PROBLEM_DETAIL!: ProblemDetail;

  @Setting({ parse: trueOrFalse, fallback: 'true', example: 'false' })
  SIGNATURE_HINTS!: boolean;

  @Setting({ parse: wholeNumber(0, 1000), fallback: '20', example: '20' })
  SIGNATURE_HINTS_PER_SECOND!: number;

  @Setting({ parse: wholeNumber(1, 86_400), fallback: '600', example: '600' })
  TEMPORARY_CREDENTIAL_TTL_SECONDS!: number;

  @Setting({ parse: wholeNumber(0, 3_155_760_000), fallback: '0', example: '2592000' })
  ACCESS_TOKEN_TTL_SECONDS!: number;

  @Setting({ parse: wholeNumber(1, 86_400), fallback: '300', example: '300' })
  TIMESTAMP_WINDOW_SECONDS!: number;

  @Setting({ parse: wholeNumber(0, 1_000_000), fallback: '0', example: '6000' })
  RATE_LIMIT_PER_ADDRESS!: number;

  @Setting({ parse: wholeNumber(0, 1_000_000), fallback: '0', example: '60000' })
  RATE_LIMIT_PER_CONSUMER!: number;

  @Setting({
    parse: oneOf('memory', 'postgresql', 'nonce-store'),
    fallback: 'memory',
    example: 'postgresql',
  })
  RATE_LIMIT_STORE!: RateLimitStore;

  @Setting({ parse: wholeNumber(0, 86_400), fallback: '60', example: '60' })
  SWEEP_INTERVAL_SECONDS!: number;

  @Setting({ parse: wholeNumber(0, 36_500), fallback: '90', example: '90' })
  TOKEN_RETENTION_DAYS!: number;

  @Setting({ parse: wholeNumber(0, 3600), fallback: '3', example: '3' })
  SHUTDOWN_DELAY_SECONDS!: number;

  @Setting({
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    fallback: 'info',
    example: 'info',
  })
  LOG_LEVEL!: LogLevel;

  @Setting({ parse: httpUrl, example: 'http://otel-collector.example.com:4318' })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
}
