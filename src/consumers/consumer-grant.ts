// The content of a consumer's MAC: its key, every field whose change could benefit an attacker, and the two
// dates that a secret rotation and the end of weak signatures set.
import {
  instantOf,
  millisecondsOf,
  milliseconds,
  type GrantForm,
  type Granted,
  type Instant,
} from '../grants/granted.js';
import { grantingFields, type ConsumerGrantFields } from './consumer-fields.js';

/** What staff granted to a consumer. */
export interface ConsumerGrant extends Readonly<ConsumerGrantFields> {
  readonly consumerKey: string;
  readonly previousSecretExpiresAt: Instant;
  readonly weakSignaturesUntil: Instant;
}

const FIRST = grantingFields.filter(([, { mac }]) => mac === 'always');
/** Fields that are newer than the first MACs: the MAC contains them only if they differ from the default. */
const LATER = grantingFields.filter(([, { mac }]) => mac === 'unless-usual');

const isUsual = (value: unknown, usual: unknown): boolean =>
  JSON.stringify(value) === JSON.stringify(usual);

/** The content of the row's MAC. */
export function grantedToConsumer(row: ConsumerGrant): Granted {
  const later = LATER.filter(([name, { usual }]) => !isUsual(row[name], usual));
  return [
    row.consumerKey,
    ...FIRST.map(([name]) => held(row[name])),
    milliseconds(row.previousSecretExpiresAt),
    milliseconds(row.weakSignaturesUntil),
    ...(later.length === 0 ? [] : [Object.fromEntries(later.map(([name]) => [name, row[name]]))]),
  ] as unknown as Granted;
}

/** The grant that the content of a row's MAC describes. */
function grantOfConsumer([consumerKey, ...held]: Granted): ConsumerGrant {
  const [previousSecretExpiresAt, weakSignaturesUntil, later] = held.slice(FIRST.length);
  const given = (later ?? {}) as Record<string, unknown>;
  return {
    consumerKey,
    ...Object.fromEntries(
      FIRST.map(([name, { type }], n) => [
        name,
        type === 'timestamptz' ? instantOf(held[n]) : held[n],
      ]),
    ),
    previousSecretExpiresAt: instantOf(previousSecretExpiresAt),
    weakSignaturesUntil: instantOf(weakSignaturesUntil),
    ...Object.fromEntries(LATER.map(([name, { usual }]) => [name, given[name] ?? usual])),
  } as unknown as ConsumerGrant;
}

export const CONSUMER_GRANT: GrantForm<ConsumerGrant> = {
  kind: 'consumer',
  toGranted: grantedToConsumer,
  fromGranted: grantOfConsumer,
};

const held = (value: unknown): unknown => (value instanceof Date ? milliseconds(value) : value);

/** SQL for `grantedToConsumer` of a row with this alias, as JSON. */
export function GRANTED_TO_CONSUMER(c: string): string {
  const columns = FIRST.map(([, { column, type }]) =>
    type === 'timestamptz' ? millisecondsOf(`${c}.${column}`) : `${c}.${column}`,
  );
  const first = [
    `${c}.consumer_key`,
    ...columns,
    millisecondsOf(`${c}.previous_secret_expires_at`),
    millisecondsOf(`${c}.weak_signatures_until`),
  ].join(', ');
  const usual = LATER.map(([, row]) => `${c}.${row.column} = ${literal(row.usual)}`).join(' AND ');
  const later = LATER.map(
    ([name, row]) => `'${name}', nullif(${c}.${row.column}, ${literal(row.usual)})`,
  ).join(', ');
  return `CASE WHEN ${usual} THEN json_build_array(${first})
    ELSE json_build_array(${first}, json_strip_nulls(json_build_object(${later}))) END`;
}

/** SQL for a default value. It supports the types of the newer fields. */
function literal(usual: unknown): string {
  if (Array.isArray(usual) && usual.length === 0) return "'{}'";
  throw new Error('The usual value of this field has no SQL yet');
}
