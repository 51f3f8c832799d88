import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { isStoreUnavailable, StoreUnavailable } from '../failures/store-unavailable.js';

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
 * The hot path to the database: one prepared statement, one round trip, on the pool of pg that
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
      const client = await this.pool().connect();
      const leftMs = ANSWER_TIMEOUT_MS - (performance.now() - startedAt);
      return await runOn<Row>(client, statement, values, Math.ceil(leftMs));
    } catch (error) {
      throw isStoreUnavailable(error) ? new StoreUnavailable(error) : error;
    }
  }

  private pool(): Pool {
    const { master } = this.dataSource.driver as unknown as { master?: Pool };
    if (master === undefined) {
      throw new StoreUnavailable();
    }
    return master;
  }
}

/**
 * `pool.query` would close the connection after any error. Here an error that leaves it in order
 * (a constraint, say) keeps it, lest refusals that a client can cause cost a new connection each.
 */
async function runOn<Row>(
  client: PoolClient,
  statement: { name?: string; text: string },
  values: readonly unknown[],
  timeoutMs: number,
): Promise<Row[]> {
  let spoiled = false;
  try {
    return await query<Row>(client, statement, values, timeoutMs);
  } catch (error) {
    spoiled = !isOrderly(error);
    if (!isStalePlan(error)) {
      throw error;
    }
    spoiled = true;
    return await query<Row>(client, { text: statement.text }, values, timeoutMs);
  } finally {
    client.release(spoiled);
  }
}

async function query<Row>(
  client: PoolClient,
  statement: { name?: string; text: string },
  values: readonly unknown[],
  timeoutMs: number,
): Promise<Row[]> {
  const config = { ...statement, values: [...values], query_timeout: timeoutMs };
  const { rows } = await client.query(config);
  return rows as Row[];
}

/** The server answered, and the session goes on. */
function isOrderly(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === 'ERROR' && code !== undefined;
}

/** The table changed under a prepared plan, or a pooler handed us a session without it. */
function isStalePlan(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}
