import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { StatementRunner } from '../database/transactions.js';
import type { NewEvent, RevokedBy } from './event.js';

// ORDER BY assigns the positions in the order of the given events.
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
 * SQL that selects the events of revoked tokens, for the INSERT of a statement that revokes them.
 *
 * @param from relation `t` with the columns of access tokens
 * @param by SQL expression for who revokes
 */
export function revokedTokens(from: string, by: string): string {
  return `
    SELECT 'oauth10.token.revoked', t.consumer_key, 'token:' || t.token, jsonb_build_object(
      'consumerKey', t.consumer_key, 'token', t.token, 'subject', t.subject,
      'scopes', to_jsonb(t.scopes), 'revokedBy', ${by})
    FROM ${from}`;
}

/** The same for a statement that exchanges temporary credentials: relation `t` has the inserted tokens. */
export const exchangedTokens = (from: string): string => `
  SELECT 'oauth10.token.exchanged', t.consumer_key, 'token:' || t.token, jsonb_build_object(
    'consumerKey', t.consumer_key, 'token', t.token, 'subject', t.subject,
    'scopes', to_jsonb(t.scopes), 'expiresAt',
    to_char(t.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  FROM ${from}`;

/**
 * Stores events until they are delivered. The transaction of a change also writes its events: both take place, or
 * neither.
 */
@Injectable()
export class Outbox {
  /** Whether events are configured. If not, no event is written, and no statement differs. */
  readonly isOn: boolean;

  constructor(settings: Settings) {
    this.isOn = settings.events !== undefined;
  }

  /**
   * @param runner the transaction of the change, after it has locked the row that changes
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
   * Adds the event of a token that the transaction has just revoked.
   *
   * @throws as the runner does
   */
  async addRevoked(runner: StatementRunner, token: string, by: RevokedBy): Promise<void> {
    if (this.isOn) await runner.run(ADD_REVOKED, [token, by]);
  }
}
