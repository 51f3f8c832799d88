// What a consumer's MAC holds: its key, every field that somebody gains by changing, and two dates
// that rotation and the end of weak signatures set.
import {
  instantOf,
  millisecondsOf,
  milliseconds,
  type GrantForm,
  type Granted,
  type Instant,
} from '../grants/granted.js';
import { grantingFields, type ConsumerGrantFields } from './consumer-fields.js';

/** What of a consumer is granted by staff. */
export interface ConsumerGrant extends Readonly<ConsumerGrantFields> {
  readonly consumerKey: string;
  readonly previousSecretExpiresAt: Instant;
  readonly weakSignaturesUntil: Instant;
}

const FIRST = grantingFields.filter(([, { mac }]) => mac === 'always');
/** Fields that came after MACs had been made: they are held only where they are not usual. */
const LATER = grantingFields.filter(([, { mac }]) => mac === 'unless-usual');

const isUsual = (value: unknown, usual: unknown): boolean =>
  JSON.stringify(value) === JSON.stringify(usual);

/** The row's part of a MAC. */
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

/** What the row's part of a MAC says. */
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

/** The SQL of `grantedToConsumer` for a row of this alias, as JSON. */
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

/** A usual value in SQL: of the types that a later field has. */
function literal(usual: unknown): string {
  if (Array.isArray(usual) && usual.length === 0) return "'{}'";
  throw new Error('The usual value of this field has no SQL yet');
}
