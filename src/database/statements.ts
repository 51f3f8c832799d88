import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isStoreUnavailable, StoreUnavailable } from '../failures/store-unavailable.js';
import { poolOf, type ConnectionPool, type LentSession } from './connection-pool.js';

/** One SQL statement. The name is unique, has at most 63 characters, and always belongs to the same text. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** SQL with its values. */
export interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * The time limit for a connection and the response. Longer than the server's own statement_timeout, so it ends only
 * when the server, or the network, is silent.
 */
const ANSWER_TIMEOUT_MS = 4_500;

/**
 * The hot path to the database: one prepared statement, one round trip, on the pool of TypeORM's driver. It uses no
 * query runner and no query builder, because they cost more than the statement itself.
 *
 * A statement is never sent twice, except when the server refused its prepared plan before execution. So a write
 * either takes place once, or its response is lost and the caller gets `StoreUnavailable`.
 */
@Injectable()
export class Statements {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs the statement and resolves to its rows.
   *
   * @throws StoreUnavailable for a failure of the connection or the server; any other error of PostgreSQL as pg threw
   * it, with its SQLSTATE in `code`.
   */
  run<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.send<Row>(statement, values);
  }

  /**
   * Runs a query that PostgreSQL plans at each call for its values. Lists need this, because one value may occur in a
   * million rows and the next in none, so no single plan fits both.
   *
   * @throws as `run` does
   */
  runPlanned<Row>({ text, values }: Query): Promise<Row[]> {
    return this.send<Row>({ text }, values);
  }

  private async send<Row>(
    statement: { name?: string; text: string },
    values: readonly unknown[],
  ): Promise<Row[]> {
    const startedAt = performance.now();
    try {
      const pool = poolOf(this.dataSource);
      const session = await pool.connect();
      const leftMs = ANSWER_TIMEOUT_MS - (performance.now() - startedAt);
      return await runOn<Row>(pool, session, statement, values, Math.ceil(leftMs));
    } catch (error) {
      throw isStoreUnavailable(error) ? new StoreUnavailable(error) : error;
    }
  }
}

/**
 * Keeps the session after an error that leaves it usable (a violated constraint, for example); otherwise errors that
 * a client can cause would cost a new session each. Ends all sessions after an error that concerns the server rather
 * than the statement: after a failover the others are at the same old server, and each would cost a failed request.
 */
async function runOn<Row>(
  pool: ConnectionPool,
  session: LentSession,
  statement: { name?: string; text: string },
  values: readonly unknown[],
  timeoutMs: number,
): Promise<Row[]> {
  let isSpoiled = false;
  try {
    return await query<Row>(session, statement, values, timeoutMs);
  } catch (error) {
    isSpoiled = !isOrderly(error);
    if (isServerLost(error)) pool.forsake();
    if (isNameLost(error)) pool.expectPooler();
    else if (!isStalePlan(error)) throw error;
    isSpoiled = true;
    return await query<Row>(session, { text: statement.text }, values, timeoutMs);
  } finally {
    session.release(isSpoiled);
  }
}

async function query<Row>(
  session: LentSession,
  { name, text }: { name?: string; text: string },
  values: readonly unknown[],
  timeoutMs: number,
): Promise<Row[]> {
  const config = { name, text, values: [...values], query_timeout: timeoutMs };
  const { rows } = await session.queryPrepared(config);
  return rows as Row[];
}

/** The server answered with an error, and the session is still usable. */
function isOrderly(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === 'ERROR' && code !== undefined;
}

/** The server no longer accepts writes, or does not answer. */
export function isServerLost(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '25006' || message === 'Query read timeout';
}

/**
 * An undetected pooler assigned a server session in which another client's statement has this name (42P05), or in
 * which the name is unknown (26000).
 */
export function isNameLost(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '42P05' || code === '26000';
}

/** A prepared plan became invalid because its table changed. */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}
