import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The list of events (events/event-list.ts) finds each page in an index, however many events of other kinds lie
 * between: `events_by_kind` without a consumer, `events_by_consumer` with one. They take the place of two that
 * held a consumer's events, or the dead letters, in their order alone.
 */
export class EventLists1700000000029 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX events_by_kind ON events (state, type, position)');
    await queryRunner.query('DROP INDEX events_dead');
    await queryRunner.query('DROP INDEX events_by_consumer');
    await queryRunner.query(`
      CREATE INDEX events_by_consumer ON events (consumer_key, state, type, position)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX events_by_kind, events_by_consumer');
    await queryRunner.query("CREATE INDEX events_dead ON events (position) WHERE state = 'dead'");
    await queryRunner.query(`
      CREATE INDEX events_by_consumer ON events (consumer_key, position)`);
  }
}
