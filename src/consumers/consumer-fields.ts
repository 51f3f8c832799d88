// Everything that staff set for a consumer, one row per field. A new field needs a migration (of `consumers`
// and `import_consumers`), its row here, its texts in the console, and its test. Registration, change, import,
// export, audit trail, reply, MAC, verification, command line and OpenAPI read the rows.
import type { CompatibilityFlag } from '../protocol/compatibility.js';
import { COMPATIBILITY_FLAGS } from '../protocol/compatibility.js';
import { SIGNATURE_METHODS, type SignatureMethodName } from '../protocol/signature-methods.js';
import { parseDateTime } from '../input/date-time.js';
import { line, paragraphs } from '../input/printable-text.js';
import { listOf, text, wholeNumber, type Rule } from '../input/rules.js';
import { allowedAddressFault } from './allowed-address.js';
import * as rules from './consumer-rules.js';
import { labels } from './labels.js';
import { normalizeRsaPublicKey } from './rsa-public-key.js';
import { websiteUrlFault } from './website-url.js';

/** Whether the consumer may be served. The service reveals it only to requests with a valid signature. */
export type ConsumerStatus = 'active' | 'disabled';

/** One row: how a field is stored, set and shown. */
export interface ConsumerField<Value> {
  readonly column: string;
  readonly type: 'text' | 'text[]' | 'boolean' | 'integer' | 'timestamptz' | 'jsonb';
  /** The rule for a given value. */
  readonly rule: Rule;
  /** The default: the value for null, and for a field that a registration omits. */
  readonly usual: Value | ((given: { readonly rsaPublicKey: string | null }) => Value);
  /** `always`: the field is required. `change`: only a change can set it, not a registration. */
  readonly given?: 'always' | 'change';
  /** Converts a valid given value; if absent, the given value is stored unchanged. */
  readonly read?: (given: string) => Value;
  /**
   * Its option of `oauth10 consumers`, with a description where the name does not explain it; if absent: no
   * option.
   */
  readonly option?: readonly [flags: string, description?: string];
  /** Its OpenAPI schema, without null. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** A field that decides what a consumer is granted. The row's MAC covers it. */
export interface GrantingField<Value> extends ConsumerField<Value> {
  /**
   * `unless-usual` for every field that is newer than the first MACs: if a row has the default value, its MAC
   * does not contain the field and stays valid.
   */
  readonly mac: 'always' | 'unless-usual';
}

const field = <Value>(row: ConsumerField<Value>): ConsumerField<Value> => row;
const granting = <Value>(row: GrantingField<Value>): GrantingField<Value> => row;

const texts = (items: Readonly<Record<string, unknown>>, max?: number) => ({
  type: 'array',
  items,
  ...(max !== undefined && { maxItems: max }),
});
const dateTimeSchema = { type: 'string', format: 'date-time' };
// The rule has already validated the text, so it can be parsed.
const instant = (text: string): Date | null => parseDateTime(text) ?? null;

const USUAL_METHODS: SignatureMethodName[] = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'];
const USUAL_RSA_METHODS: SignatureMethodName[] = ['RSA-SHA256', 'RSA-SHA512'];

/** The fields that describe a consumer to people. */
export const DESCRIBING_FIELDS = {
  name: field<string>({
    column: 'name',
    type: 'text',
    option: ['--name <TEXT>', 'the name that resource owners see'],
    rule: line(1, 200),
    usual: '',
    given: 'always',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  }),
  description: field<string | null>({
    column: 'description',
    type: 'text',
    option: ['--description <TEXT>', 'the description that resource owners see'],
    rule: paragraphs(2000),
    usual: null,
    schema: { type: 'string', maxLength: 2000 },
  }),
  websiteUrl: field<string | null>({
    column: 'website_url',
    type: 'text',
    option: ['--website-url <URL>', 'the website of the client'],
    rule: text(websiteUrlFault),
    usual: null,
    schema: { type: 'string' },
  }),
  legalNotice: field<string | null>({
    column: 'legal_notice',
    type: 'text',
    option: ['--legal-notice <TEXT>', 'a legal notice that resource owners see'],
    rule: paragraphs(10_000),
    usual: null,
    schema: { type: 'string', maxLength: 10_000 },
  }),
  labels: field<Record<string, string>>({
    column: 'labels',
    type: 'jsonb',
    option: ['--label <NAME=VALUE>', 'a label for staff'],
    rule: labels,
    usual: {},
    schema: { type: 'object', additionalProperties: { type: 'string' } },
  }),
} as const;

/** The fields that decide what a consumer may do. Their order is that of the MAC, so new ones come last. */
export const GRANTING_FIELDS = {
  signatureMethods: granting<SignatureMethodName[]>({
    column: 'signature_methods',
    type: 'text[]',
    option: ['--signature-method <NAME>', 'a method it may use: HMAC-SHA256, RSA-SHA256, …'],
    rule: listOf(rules.signatureMethod, { min: 1, max: SIGNATURE_METHODS.length }),
    usual: ({ rsaPublicKey }) => (rsaPublicKey === null ? USUAL_METHODS : USUAL_RSA_METHODS),
    schema: { ...texts({ enum: SIGNATURE_METHODS.map(({ name }) => name) }), minItems: 1 },
    mac: 'always',
  }),
  rsaPublicKey: granting<string | null>({
    column: 'rsa_public_key',
    type: 'text',
    option: ['--rsa-public-key <PEM>', 'the public key for RSA methods'],
    rule: rules.rsaPublicKey,
    usual: null,
    read: normalizeRsaPublicKey,
    schema: {
      type: 'string',
      description:
        'In PEM, 2,048 to 4,096 bits; shown as SubjectPublicKeyInfo. A private key is refused.',
    },
    mac: 'always',
  }),
  callbackUrls: granting<string[]>({
    column: 'callback_urls',
    type: 'text[]',
    option: ['--callback-url <URL>', 'an allowed callback'],
    rule: listOf(rules.callbackUrl, { max: 20 }),
    usual: [],
    schema: texts({ type: 'string' }, 20),
    mac: 'always',
  }),
  scopes: granting<string[]>({
    column: 'scopes',
    type: 'text[]',
    option: ['--scope <NAME>', 'a scope that it may request'],
    rule: rules.scopes,
    usual: [],
    schema: texts({ type: 'string' }, 100),
    mac: 'always',
  }),
  /** Whether the consumer may send requests without a token. */
  twoLegged: granting<boolean>({
    column: 'two_legged',
    type: 'boolean',
    option: ['--two-legged <true|false>', 'whether it may sign requests without a token'],
    rule: rules.trueOrFalse,
    usual: false,
    schema: { type: 'boolean' },
    mac: 'always',
  }),
  /** The lifetime of its access tokens; 0: until revoked, null: the service's setting. */
  accessTokenTtlSeconds: granting<number | null>({
    column: 'access_token_ttl_seconds',
    type: 'integer',
    option: ['--access-token-ttl-seconds <N>', 'the lifetime of its access tokens; 0: no expiry'],
    rule: wholeNumber(0, rules.TEN_YEARS_SECONDS),
    usual: null,
    schema: { type: 'integer', minimum: 0, description: '0: until revoked.' },
    mac: 'always',
  }),
  /** The addresses and CIDRs from which it may send requests; empty: any. */
  allowedAddresses: granting<string[]>({
    column: 'allowed_addresses',
    type: 'text[]',
    option: ['--allowed-address <CIDR>', 'an address or range it may connect from'],
    rule: listOf(text(allowedAddressFault), { max: 100 }),
    usual: [],
    schema: texts({ type: 'string' }, 100),
    mac: 'always',
  }),
  status: granting<ConsumerStatus>({
    column: 'status',
    type: 'text',
    rule: rules.status,
    usual: 'active',
    given: 'change',
    schema: { enum: ['active', 'disabled'] },
    mac: 'always',
  }),
  expiresAt: granting<Date | null>({
    column: 'expires_at',
    type: 'timestamptz',
    option: ['--expires-at <RFC 3339>', 'the time when the consumer expires'],
    rule: rules.dateTime,
    usual: null,
    read: instant,
    schema: dateTimeSchema,
    mac: 'always',
  }),
  /** Its deviations from RFC 5849 (contract section 10). */
  compatibility: granting<CompatibilityFlag[]>({
    column: 'compatibility',
    type: 'text[]',
    option: ['--compatibility <FLAG>', 'a deviation to accept (docs/threat-model.md)'],
    rule: listOf(rules.compatibilityFlag, { max: Object.keys(COMPATIBILITY_FLAGS).length }),
    usual: [],
    schema: {
      ...texts({ enum: Object.keys(COMPATIBILITY_FLAGS) }),
      description: 'What a client that cannot be changed may do otherwise than RFC 5849 says.',
    },
    mac: 'unless-usual',
  }),
} as const;

/** All rows, in the order of display. */
export const CONSUMER_FIELDS = { ...DESCRIBING_FIELDS, ...GRANTING_FIELDS } as const;

/** The name of a field in REST and in files. */
export type ConsumerFieldName = keyof typeof CONSUMER_FIELDS;

type ValuesOf<Rows> = {
  [Name in keyof Rows]: Rows[Name] extends ConsumerField<infer Value> ? Value : never;
};

/** All values that staff set for a consumer. */
export type ConsumerMetadata = ValuesOf<typeof CONSUMER_FIELDS>;

/** The values that decide what a consumer is granted. */
export type ConsumerGrantFields = ValuesOf<typeof GRANTING_FIELDS>;

/** The rows with their names. */
export const consumerFields = Object.entries(CONSUMER_FIELDS) as readonly (readonly [
  ConsumerFieldName,
  ConsumerField<unknown>,
])[];

/** The rows that decide what a consumer is granted, with their names, in the order of the MAC. */
export const grantingFields = Object.entries(GRANTING_FIELDS) as readonly (readonly [
  keyof ConsumerGrantFields,
  GrantingField<unknown>,
])[];

/** The columns of all rows, for SQL. */
export const CONSUMER_FIELD_COLUMNS = consumerFields.map(([, { column }]) => column).join(', ');

/** SQL that selects the columns under the names of their fields. */
export const selectedAs = (
  fields: readonly (readonly [string, { readonly column: string }])[],
): string => fields.map(([name, { column }]) => `${column} AS "${name}"`).join(', ');

/** All values that staff set, as JSON, for replies and the audit trail. None is a secret. */
export function consumerFieldsAsJson(consumer: ConsumerMetadata) {
  const shown = consumerFields.map(([name]) => {
    const value = consumer[name];
    return [name, value instanceof Date ? value.toISOString() : value];
  });
  return Object.fromEntries(shown) as {
    [Name in ConsumerFieldName]: Date extends ConsumerMetadata[Name]
      ? string | null
      : ConsumerMetadata[Name];
  };
}
