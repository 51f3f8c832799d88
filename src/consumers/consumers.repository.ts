import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { QueryFailedError, Repository } from 'typeorm';
import type { Transaction } from '../database/transactions.js';
import { Grants } from '../grants/grants.js';
import type { Consumer } from './consumer.js';
import { grantedToConsumer } from './consumer-grant.js';
import { ConsumerKeyTaken } from './consumer-refusals.js';
import { ConsumerSchema } from './consumer.schema.js';
import { consumerSearch, type ConsumerFilter, type ConsumerPosition } from './consumer-search.js';

/** The columns of a new consumer; the database or this class sets the others. */
type DatabaseMade = Pick<Consumer, 'version' | 'createdAt' | 'updatedAt'>;
type NewConsumerRow = Omit<Consumer, keyof DatabaseMade | 'weakSignaturesUntil' | 'grantMac'>;

const UNIQUE_VIOLATION = '23505';

/** The table `consumers`; each method is one statement. */
@Injectable()
export class ConsumersRepository {
  constructor(
    @InjectRepository(ConsumerSchema) private readonly consumers: Repository<Consumer>,
    private readonly grants: Grants,
  ) {}

  find(consumerKey: string): Promise<Consumer | null> {
    return this.consumers.findOneBy({ consumerKey });
  }

  /** The consumer to change; undefined if its MAC is invalid, because the change would give it a valid one. */
  async findToChange(consumerKey: string): Promise<Consumer | undefined> {
    const found = await this.find(consumerKey);
    if (found?.consumerKey !== consumerKey) return undefined;
    const isOurs = this.grants.hold('consumer', grantedToConsumer(found), found.grantMac);
    return isOurs ? found : undefined;
  }

  /**
   * Inserts the consumer; the database sets its times. The primary key detects a taken key, so of two
   * concurrent registrations with one key exactly one succeeds.
   *
   * @throws ConsumerKeyTaken
   */
  async insert({ manager }: Transaction, consumer: NewConsumerRow): Promise<Consumer> {
    const consumers = manager.getRepository(ConsumerSchema);
    const described = { ...consumer, weakSignaturesUntil: null };
    const grantMac = this.grants.mac('consumer', grantedToConsumer(described));
    const row = { ...described, grantMac };
    try {
      const { generatedMaps } = await consumers.insert(row);
      return { ...row, ...(generatedMaps[0] as DatabaseMade) };
    } catch (error) {
      if (isUniqueViolation(error)) {
        throw new ConsumerKeyTaken();
      }
      throw error;
    }
  }

  /**
   * Replaces the consumer if it has not changed since it was read (compare and swap). Version, MAC and secrets
   * must be the same: some changes of the MAC do not increase the version, and neither does the program that
   * seals the secrets again.
   *
   * @param before the result of findToChange
   * @param changes the columns to change
   * @returns the consumer at its next version; undefined if it was changed or deleted meanwhile
   */
  async replace(
    { manager }: Transaction,
    before: Consumer,
    changes: Partial<Consumer>,
  ): Promise<Consumer | undefined> {
    const { grantMac, secret, previousSecret } = before;
    const consumer = { ...before, ...changes };
    const { consumerKey, version, createdAt: _, updatedAt: __, ...columns } = consumer;
    const freshMac = this.grants.mac('consumer', grantedToConsumer(consumer));
    const result = await manager
      .getRepository(ConsumerSchema)
      .createQueryBuilder()
      .update()
      .set({ ...columns, grantMac: freshMac })
      .where(
        `consumerKey = :consumerKey AND version = :version
          AND grantMac IS NOT DISTINCT FROM :grantMac::bytea
          AND secret IS NOT DISTINCT FROM :secret::bytea
          AND previousSecret IS NOT DISTINCT FROM :previousSecret::bytea`,
        { consumerKey, version, grantMac, secret, previousSecret },
      )
      .returning(['version', 'updatedAt'])
      .execute();
    const [row] = result.raw as { version: number; updated_at: Date }[];
    return (
      row && { ...consumer, grantMac: freshMac, version: row.version, updatedAt: row.updated_at }
    );
  }

  /**
   * Deletes the consumer and, by foreign keys, its temporary credentials and tokens.
   *
   * @param versions the versions that may be deleted; undefined = any
   * @returns whether it existed, at one of the versions
   */
  async delete(
    { manager }: Transaction,
    consumerKey: string,
    versions?: readonly number[],
  ): Promise<boolean> {
    const deletion = manager
      .getRepository(ConsumerSchema)
      .createQueryBuilder()
      .delete()
      .where('consumer_key = :consumerKey', { consumerKey });
    if (versions) deletion.andWhere('version = ANY(:versions)', { versions });
    const { affected } = await deletion.execute();
    return affected === 1;
  }

  /**
   * The consumers after a position, in order of registration. A position stays valid when rows are added or
   * deleted, because it names a place in the order and not a count.
   */
  async page(
    { status, q, order = 'asc' }: ConsumerFilter,
    after: ConsumerPosition | undefined,
    limit: number,
  ): Promise<Consumer[]> {
    const selection = this.consumers.createQueryBuilder('c').where('true');
    if (status) selection.andWhere('c.status = :status', { status });
    if (q) {
      const { sql, values } = consumerSearch({ status, q, order }, after, limit);
      selection.andWhere(`c.consumer_key IN (${sql})`, values);
    } else if (after) {
      const isBehind = order === 'asc' ? '>' : '<';
      selection.andWhere(
        `(c.created_at, c.consumer_key) ${isBehind} (:createdAt, :consumerKey)`,
        after,
      );
    }
    const direction = order === 'asc' ? 'ASC' : 'DESC';
    return selection
      .orderBy('c.createdAt', direction)
      .addOrderBy('c.consumerKey', direction)
      .limit(limit)
      .getMany();
  }
}

const isUniqueViolation = (error: unknown): boolean =>
  error instanceof QueryFailedError &&
  (error.driverError as { code?: string }).code === UNIQUE_VIOLATION;
