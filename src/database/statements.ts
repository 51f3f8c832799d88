import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isStoreUnavailable, StoreUnavailable } from '../failures/store-unavailable.js';
import { poolOf, type ConnectionPool, type LentSession } from './connection-pool.js';

/** One SQL statement. The name is its own, at most 63 characters; one name never has two texts. */
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
 * For a connection and the answer. Past the server's own statement_timeout: then the server, or the
 * way to it, is silent.
 */
const ANSWER_TIMEOUT_MS = 4_500;

/**
 * The hot path to the database: one prepared statement, one round trip, on the pool that
 * TypeORM's driver holds. No query runner and no query builder stand in between; they cost more
 * than the statement itself.
 *
 * A statement is never sent twice, with one exception: a plan that the server refused before it
 * ran. So a write either took place once, or its answer is lost and the caller is told
 * `StoreUnavailable`.
 */
@Injectable()
export class Statements {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs the statement and resolves to its rows.
   *
   * @throws StoreUnavailable for trouble below; any other error of PostgreSQL as pg threw it, with
   * its SQLSTATE in `code`.
   */
  run<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.send<Row>(statement, values);
  }

  /**
   * Runs a query that is planned each time, for the values it comes with: those for a list, where one
   * value stands in a million rows and the next one in none. A plan that is kept would fit neither.
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
 * An error that leaves the session in order (a constraint, say) keeps it, lest refusals that a client can
 * cause cost a new one each. One that tells of the server and not of the statement ends them all: after a
 * fail-over the others stand at the same old server, and each would cost a request to find out.
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

/** The server answered, and the session goes on. */
function isOrderly(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === 'ERROR' && code !== undefined;
}

/** The server takes no writes any more, or says nothing. */
export function isServerLost(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '25006' || message === 'Query read timeout';
}

/** A pooler that did not show handed us a session with another's statement under this name (42P05), or without it. */
export function isNameLost(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '42P05' || code === '26000';
}

/** The table changed under a prepared plan. */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}
