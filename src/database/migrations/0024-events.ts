import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The outbox of events (events/, docs/adr/0045), written by the statement or the transaction of what it
 * tells of. `position` is the order: it is taken once the row that an event tells of is locked, so that two
 * events of one row are in the order of their changes. `id` is what receivers know an event by: a UUID of
 * version 7, so that new ones are neighbours in their index.
 *
 * Lanes share out the work among replicas. All events of a consumer are in one lane, and a lane is delivered
 * by whoever has its lease. The version before neither writes nor reads any of it.
 */
export class Events1700000000024 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE events (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL DEFAULT (
          lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
          || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
        consumer_key text NOT NULL,
        lane smallint NOT NULL GENERATED ALWAYS AS (
          (hashtextextended(consumer_key, 0) & ${LANES - 1})::smallint) STORED,
        type text NOT NULL,
        subject text NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
        pending_since timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        refusals integer NOT NULL DEFAULT 0,
        last_error text,
        settled_at timestamptz
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX events_by_id ON events (id)');
    // What is next of each consumer, and how late that is.
    await queryRunner.query(`
      CREATE INDEX events_to_deliver ON events (lane, consumer_key, position) INCLUDE (due_at)
        WHERE state = 'pending'`);
    await queryRunner.query(`
      CREATE INDEX events_waiting ON events (pending_since) WHERE state = 'pending'`);
    await queryRunner.query("CREATE INDEX events_dead ON events (position) WHERE state = 'dead'");
    await queryRunner.query(`
      CREATE INDEX events_settled ON events (settled_at) WHERE settled_at IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX events_by_consumer ON events (consumer_key, position)`);
    await queryRunner.query(`
      CREATE TABLE event_lanes (
        lane smallint PRIMARY KEY,
        holder uuid,
        leased_until timestamptz NOT NULL DEFAULT '-infinity'
      )`);
    await queryRunner.query(
      `INSERT INTO event_lanes (lane) SELECT generate_series(0, ${LANES - 1})`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE event_lanes');
    await queryRunner.query('DROP TABLE events');
  }
}

/** A power of two. */
const LANES = 16;
