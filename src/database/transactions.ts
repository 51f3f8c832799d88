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

/** Several statements that take place together or not at all. */
export class Transaction {
  /** @param manager for repositories of TypeORM that take part */
  constructor(readonly manager: EntityManager) {}

  /**
   * Runs the statement within the transaction and resolves to its rows.
   *
   * @throws the error of PostgreSQL as pg threw it, with its SQLSTATE in `code`; after it nothing
   * more can be run
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

/** Whoever runs statements, in a transaction or each for itself. */
export interface StatementRunner {
  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/** Begins and ends transactions on TypeORM's connections. */
@Injectable()
export class Transactions {
  /** @param changes none for a program that remembers nothing */
  constructor(
    private readonly dataSource: DataSource,
    @Inject(ChangeFeed) private readonly changes?: ChangeFeed,
  ) {}

  /**
   * Does the work in one transaction, and takes it back when the work throws. Once it resolves, this
   * process remembers nothing of the rows as they were before.
   *
   * @throws what the work threw; StoreUnavailable for trouble below, and then it is unknown whether
   * the work took place
   */
  async run<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const result = await this.runAs('READ COMMITTED', work, DEADLINE_MS);
    await this.changes?.catchUp();
    return result;
  }

  /**
   * The same, for work that takes as long as there is to do: only each of its statements has an end.
   *
   * @throws what the work threw; StoreUnavailable
   */
  async runAtLength<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const result = await this.runAs('READ COMMITTED', work);
    await this.changes?.catchUp();
    return result;
  }

  /**
   * The same, on one unchanging view of the data: for reading what belongs together.
   */
  runOnSnapshot<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.runAs('REPEATABLE READ', work);
  }

  /**
   * Does work that changes no row which anybody remembers, so that nobody has to hear of it: in one round
   * trip for each statement, prepared, beside one to begin and one to commit.
   *
   * @param work may be done twice, when the server refused a prepared statement and took all back
   * @param since when the caller began to wait, by performance.now(): all ends in time for that
   * @throws what the work threw; StoreUnavailable for trouble below, and then it is unknown whether
   * the work took place
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
        // Every statement waits by itself, the one that takes back too: together they take too long.
        const leftMs = deadlineMs - (performance.now() - startedAt);
        overdue = setTimeout(() => session.destroy(), leftMs);
      }
      return await runner.manager.transaction(isolation, async (manager) => {
        // Behind a pooler, the session could not be configured at its start.
        if (session.isPooled) await manager.query(LIMIT_TIME);
        return work(new Transaction(manager));
      });
    } catch (error) {
      // pg never sends a ROLLBACK that waits behind a late answer: this session is still in the transaction.
      if (isServerLost(error)) poolOf(this.dataSource).forsake();
      throw isStoreUnavailable(error) ? new StoreUnavailable(error) : error;
    } finally {
      clearTimeout(overdue);
      await runner.release();
    }
  }
}
