import { Inject, Injectable } from '@nestjs/common';
import { DataSource, QueryFailedError, type EntityManager } from 'typeorm';
import { isStoreUnavailable, StoreUnavailable } from '../failures/store-unavailable.js';
import { ChangeFeed } from './change-feed.js';
import { poolOf, type LentSession } from './connection-pool.js';
import { TIME_LIMITS } from './data-source.js';
import { isNameLost, isServerLost, isStalePlan, type Statement } from './statements.js';

/** The time limit of a whole transaction, so that a caller learns of a failure within five seconds. */
const DEADLINE_MS = 4_500;

const LIMIT_TIME = `SELECT ${Object.entries(TIME_LIMITS)
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(', ')}`;

/** Several statements that take effect together or not at all. */
export class Transaction {
  /** @param manager for TypeORM repositories that take part in the transaction */
  constructor(readonly manager: EntityManager) {}

  /**
   * Runs the statement within the transaction and resolves to its rows.
   *
   * @throws the error of PostgreSQL as pg threw it, with its SQLSTATE in `code`; after that the transaction can run
   * nothing more
   */
  async run<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      const result = await this.manager.queryRunner?.query(statement.text, [...values], true);
      return (result as { records: Row[] }).records;
    } catch (error) {
      throw error instanceof QueryFailedError ? error.driverError : error;
    }
  }
}

/** Runs statements, in a transaction or each by itself. */
export interface StatementRunner {
  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/** Begins and ends transactions on TypeORM's connections. */
@Injectable()
export class Transactions {
  /** @param changes undefined for a program without caches */
  constructor(
    private readonly dataSource: DataSource,
    @Inject(ChangeFeed) private readonly changes?: ChangeFeed,
  ) {}

  /**
   * Does the work in one transaction, and rolls it back when the work throws. When this resolves, this process has no
   * cached rows from before the change.
   *
   * @throws what the work threw; StoreUnavailable for a failure of the connection or the server, after which it is
   * unknown whether the work took place
   */
  async run<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const result = await this.runAs('READ COMMITTED', work, DEADLINE_MS);
    await this.changes?.catchUp();
    return result;
  }

  /**
   * As `run`, without a time limit for the whole transaction; each statement still has one.
   *
   * @throws what the work threw; StoreUnavailable
   */
  async runAtLength<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const result = await this.runAs('READ COMMITTED', work);
    await this.changes?.catchUp();
    return result;
  }

  /** As `run`, on one snapshot of the data, for consistent reads. */
  runOnSnapshot<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.runAs('REPEATABLE READ', work);
  }

  /**
   * Does work that changes no cached row, so that no process has to be notified. Costs one round trip for each
   * statement, which is prepared, one to begin and one to commit.
   *
   * @param work may run twice, if the server refused a prepared statement and rolled everything back
   * @param since when the caller began to wait, by performance.now(); the time limit counts from then
   * @throws what the work threw; StoreUnavailable for a failure of the connection or the server, after which it is
   * unknown whether the work took place
   */
  async runWithoutCatchUp<Result>(
    work: (runner: StatementRunner) => Promise<Result>,
    since = performance.now(),
  ): Promise<Result> {
    try {
      try {
        return await this.attempt(work, true, since);
      } catch (error) {
        if (isNameLost(error)) poolOf(this.dataSource).expectPooler();
        else if (!isStalePlan(error)) throw error;
        return await this.attempt(work, false, since);
      }
    } catch (error) {
      throw isStoreUnavailable(error) ? new StoreUnavailable(error) : error;
    }
  }

  private async attempt<Result>(
    work: (runner: StatementRunner) => Promise<Result>,
    isPrepared: boolean,
    since: number,
  ): Promise<Result> {
    const pool = poolOf(this.dataSource);
    const session = await pool.connect();
    const leftMs = DEADLINE_MS - (performance.now() - since);
    const overdue = setTimeout(() => session.destroy(), leftMs);
    let isSpoiled = true;
    try {
      await session.query(BEGIN);
      if (session.isPooled) await session.query(LIMIT_TIME);
      const result = await work({
        run: async <Row>({ name, text }: Statement, values: readonly unknown[] = []) => {
          const config = { text, values: [...values] };
          const { rows } = isPrepared
            ? await session.queryPrepared({ name, ...config })
            : await session.query(config);
          return rows as Row[];
        },
      });
      const { command } = await session.query('COMMIT');
      if (command !== 'COMMIT') throw new Error('A transaction that had failed was committed');
      isSpoiled = false;
      return result;
    } catch (error) {
      if (isServerLost(error)) pool.forsake();
      const isBack = await session.query('ROLLBACK').catch(() => undefined);
      isSpoiled = isBack === undefined || isStalePlan(error);
      throw error;
    } finally {
      clearTimeout(overdue);
      session.release(isSpoiled);
    }
  }

  private async runAs<Result>(
    isolation: 'READ COMMITTED' | 'REPEATABLE READ',
    work: (transaction: Transaction) => Promise<Result>,
    deadlineMs?: number,
  ): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    const startedAt = performance.now();
    let overdue: NodeJS.Timeout | undefined;
    try {
      const session = (await runner.connect()) as LentSession;
      if (deadlineMs !== undefined) {
        // Each statement, including the rollback, has its own time limit; the sum of them would be too long.
        const leftMs = deadlineMs - (performance.now() - startedAt);
        overdue = setTimeout(() => session.destroy(), leftMs);
      }
      return await runner.manager.transaction(isolation, async (manager) => {
        // Behind a pooler, the limits could not be set at the start of the session.
        if (session.isPooled) await manager.query(LIMIT_TIME);
        return work(new Transaction(manager));
      });
    } catch (error) {
      // pg queues ROLLBACK behind a late response and never sends it, so this session is still in the transaction.
      if (isServerLost(error)) poolOf(this.dataSource).forsake();
      throw isStoreUnavailable(error) ? new StoreUnavailable(error) : error;
    } finally {
      clearTimeout(overdue);
      await runner.release();
    }
  }
}
