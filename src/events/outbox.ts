import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { StatementRunner } from '../database/transactions.js';
import type { NewEvent, RevokedBy } from './event.js';

// In the order in which they were given, which the positions then have.
const ADD = {
  name: 'add-events',
  text: `
    INSERT INTO events (type, consumer_key, subject, data)
    SELECT type, consumer_key, subject, data
    FROM ROWS FROM (jsonb_to_recordset($1::jsonb)
      AS (type text, consumer_key text, subject text, data jsonb))
      WITH ORDINALITY AS e (type, consumer_key, subject, data, n) ORDER BY n`,
};

const ADD_REVOKED = {
  name: 'add-events-of-revoked-tokens',
  text: `
    INSERT INTO events (type, consumer_key, subject, data) ${revokedTokens('access_tokens t', '$2::text')}
    WHERE t.token = $1`,
};

/**
 * What a statement that revokes tokens inserts as events.
 *
 * @param from relation `t` with the columns of access tokens
 * @param by SQL of who revokes
 */
export function revokedTokens(from: string, by: string): string {
  return `
    SELECT 'oauth10.token.revoked', t.consumer_key, 'token:' || t.token, jsonb_build_object(
      'consumerKey', t.consumer_key, 'token', t.token, 'subject', t.subject,
      'scopes', to_jsonb(t.scopes), 'revokedBy', ${by})
    FROM ${from}`;
}

/** The same for a statement that exchanges temporary credentials: relation `t`, as it was inserted. */
export const exchangedTokens = (from: string): string => `
  SELECT 'oauth10.token.exchanged', t.consumer_key, 'token:' || t.token, jsonb_build_object(
    'consumerKey', t.consumer_key, 'token', t.token, 'subject', t.subject,
    'scopes', to_jsonb(t.scopes), 'expiresAt',
    to_char(t.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  FROM ${from}`;

/**
 * Where events lie until they are delivered. They are written by the transaction of the change that they
 * tell of: both take place, or neither.
 */
@Injectable()
export class Outbox {
  /** Whether anybody is to hear of changes. If not, nothing is written, and no statement differs. */
  readonly isOn: boolean;

  constructor(settings: Settings) {
    this.isOn = settings.events !== undefined;
  }

  /**
   * @param runner the transaction of the change, once the row that changes is locked
   * @throws as the runner does
   */
  async add(runner: StatementRunner, events: readonly NewEvent[]): Promise<void> {
    if (!this.isOn || events.length === 0) return;
    const rows = events.map(({ type, consumerKey, subject, data }) => ({
      type,
      consumer_key: consumerKey,
      subject,
      data,
    }));
    await runner.run(ADD, [JSON.stringify(rows)]);
  }

  /**
   * Tells of a token that the transaction has just revoked.
   *
   * @throws as the runner does
   */
  async addRevoked(runner: StatementRunner, token: string, by: RevokedBy): Promise<void> {
    if (this.isOn) await runner.run(ADD_REVOKED, [token, by]);
  }
}
