import { Inject, Injectable } from '@nestjs/common';
import { DataSource, QueryFailedError, type EntityManager } from 'typeorm';
import { isStoreUnavailable, StoreUnavailable } from '../failures/store-unavailable.js';
import { ChangeFeed } from './change-feed.js';
import type { LentSession } from './connection-pool.js';
import { TIME_LIMITS } from './data-source.js';
import type { Statement } from './statements.js';

/** For all of a transaction: whoever is told that it failed is told within five seconds. */
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
        // Behind a pooler, the session could not be told at its start.
        if (session.isPooled) await manager.query(LIMIT_TIME);
        return work(new Transaction(manager));
      });
    } catch (error) {
      throw isStoreUnavailable(error) ? new StoreUnavailable(error) : error;
    } finally {
      clearTimeout(overdue);
      await runner.release();
    }
  }
}
