// What a consumer's MAC holds: its key, every field that somebody gains by changing, and two dates
// that rotation and the end of weak signatures set.
import { millisecondsOf, milliseconds, type Granted, type Instant } from '../grants/granted.js';
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
const WEAK_UNTIL_INDEX = FIRST.length + 2;

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

/** What a consumer is granted, when nothing but this date of it changes. */
export const grantedWithWeakSignaturesUntil = (granted: Granted, until: Instant): Granted =>
  granted.with(WEAK_UNTIL_INDEX, milliseconds(until)) as unknown as Granted;

/** A consumer that is disabled or expired gets nothing, whatever else its row says. */
export const CONSUMER_GETS_NOTHING = (c: string): string =>
  `(${c}.status = 'disabled' OR coalesce(${c}.expires_at <= now(), false))`;
