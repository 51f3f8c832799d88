// Checks of events: each change has one, each is delivered, in the order of the changes.
import { setTimeout as sleep } from 'node:timers/promises';

/** Counted from the last fault. The lease of a killed replica takes up to 30 s of it. */
const DELIVERED_WITHIN_MS = 45_000;
/** For an event with so many failed deliveries that its next one is due later than that. */
const AFTER_THE_TRY_MS = 5_000;

/** Each query returns no rows as long as invariant I9 holds. */
const HALF_EVENTS = [
  [
    'a token without the event of its exchange',
    `
    SELECT a.token FROM access_tokens a
    WHERE a.temporary_token IS NOT NULL AND NOT EXISTS (SELECT FROM events e
      WHERE e.type = 'oauth10.token.exchanged' AND e.subject = 'token:' || a.token)`,
  ],
  [
    'a revoke without its event',
    `
    SELECT a.token FROM access_tokens a
    WHERE a.revoked_at IS NOT NULL AND NOT EXISTS (SELECT FROM events e
      WHERE e.type = 'oauth10.token.revoked' AND e.subject = 'token:' || a.token)`,
  ],
  [
    'an event of what is not so',
    `
    SELECT e.subject, e.type FROM events e
    LEFT JOIN access_tokens a ON e.subject = 'token:' || a.token
    WHERE e.type LIKE 'oauth10.token.%'
      AND (a.token IS NULL OR (e.type = 'oauth10.token.revoked' AND a.revoked_at IS NULL))`,
  ],
  [
    'two events of one change',
    `
    SELECT subject, type FROM events
    WHERE type LIKE 'oauth10.token.%' OR type = 'oauth10.consumer.registered'
    GROUP BY subject, type HAVING count(*) > 1`,
  ],
  [
    'a consumer without the event of its registration',
    `
    SELECT c.consumer_key FROM consumers c
    WHERE NOT EXISTS (SELECT FROM events e
      WHERE e.type = 'oauth10.consumer.registered' AND e.consumer_key = c.consumer_key)`,
  ],
];

const OUTBOX = 'SELECT id, position::int, type, subject, consumer_key AS "consumerKey" FROM events';

const WAITING = `
  SELECT count(*)::int AS waiting,
    coalesce(extract(epoch FROM max(due_at) - now()) * 1000, 0)::float8 AS "nextTryMs"
  FROM events WHERE state <> 'delivered'`;

/** I9, at any time. */
export async function checkOutbox({ database, findings }) {
  for (const [what, sql] of HALF_EVENTS) {
    const rows = await database.query(sql);
    findings.expect('I9', rows.length === 0, what, { rows: rows.slice(0, 5) });
  }
}

/**
 * I10 and I11, once nothing changes any more.
 *
 * @param wellSince when the last fault ended, by `performance.now()`
 */
export async function checkDelivered(world, wellSince) {
  const { database, findings, lag, ledger, receiver } = world;
  const [{ waiting: atFirst, nextTryMs }] = await database.query(WAITING);
  let waiting = atFirst;
  const until = Math.max(
    wellSince + DELIVERED_WITHIN_MS,
    performance.now() + nextTryMs + AFTER_THE_TRY_MS,
  );
  while (waiting > 0 && performance.now() < until + lag.since(wellSince)) {
    await sleep(200);
    [{ waiting }] = await database.query(WAITING);
  }
  world.eventsLateMs = Math.round(performance.now() - wellSince);
  findings.expect('I10', waiting === 0, 'events are not settled in time', { waiting });
  const outbox = await database.query(OUTBOX);
  for (const event of outbox) {
    findings.expect('I10', receiver.taken.has(event.id), 'an event was never delivered', event);
  }
  checkLedgerWasTold(ledger, receiver, findings);
  checkOrderOfRows(outbox, receiver, findings);
  checkOrderOfChanges(ledger, receiver, findings);
}

const told = (type, token) => `oauth10.token.${type} token:${token}`;

/** Every change acknowledged to clients and staff was delivered to the receiver. */
function checkLedgerWasTold(ledger, receiver, findings) {
  const heard = new Set(
    [...receiver.taken.values()].map(({ type, subject }) => `${type} ${subject}`),
  );
  for (const { token, state } of ledger.tokens.values()) {
    findings.expect('I10', heard.has(told('exchanged', token)), 'an exchange was not told', {
      token,
    });
    if (state !== 'ended') continue;
    findings.expect('I10', heard.has(told('revoked', token)), 'a revoke was not told', { token });
  }
}

/** The events of one token or consumer are in order, because each change locked the row. */
function checkOrderOfRows(outbox, receiver, findings) {
  const positions = new Map(outbox.map(({ id, position }) => [id, position]));
  const latest = new Map();
  for (const { id, type, subject } of receiver.taken.values()) {
    const position = positions.get(id);
    const inOrder = !(position < latest.get(subject));
    findings.expect('I11', inOrder, 'an event overtook an earlier one of its row', {
      id,
      type,
      subject,
    });
    latest.set(subject, position);
  }
}

/** The events of one consumer: a change acknowledged before another was requested comes first. */
function checkOrderOfChanges(ledger, receiver, findings) {
  const times = new Map();
  for (const { token, exchange, revoke } of ledger.tokens.values()) {
    times.set(told('exchanged', token), exchange);
    if (revoke?.answeredAt) times.set(told('revoked', token), revoke);
  }
  const latest = new Map();
  for (const { type, subject, partitionkey: consumer } of receiver.taken.values()) {
    const change = times.get(`${type} ${subject}`);
    if (!change) continue;
    const askedAt = latest.get(consumer) ?? -Infinity;
    findings.expect('I11', change.answeredAt >= askedAt, 'a later change was told earlier', {
      type,
      subject,
      earlierByMs: Math.round(askedAt - change.answeredAt),
    });
    latest.set(consumer, Math.max(askedAt, change.askedAt));
  }
}
