import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes from which a page of every list is read (docs/lists.md, decision 0019).
 *
 * A consumer is found by parts of its key and name, in small letters. Their letters, pairs and triples
 * of letters are their text_pieces(); those of a part that is looked for are its pieces_to_find(). The
 * index over them finds any part of a text, a single sign too. `searched` holds both texts, to be looked
 * through within the other indexes; it is null where they are too long for an entry.
 *
 * What the indexes of access_tokens end with gives no order; it lets rows be passed over within the
 * index. The expressions are those of tokens/listed-access-tokens.ts and audit/audit-events.ts.
 * Hashes stand for texts that may be long: an entry has at most 2,704 octets. The head of the record
 * keeps the time of the last event, so that none is dated before it.
 */
export class Lists1700000000010 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION text_pieces(given text) RETURNS text[]
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
        SELECT array_agg(substr(given, place, length))
        FROM generate_series(1, length(given)) AS place, generate_series(1, 3) AS length
      $$`);
    await queryRunner.query(`
      CREATE FUNCTION pieces_to_find(given text) RETURNS text[]
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT array_agg(substr(given, place, 3))
        FROM generate_series(1, greatest(length(given) - 2, 1)) AS place
      $$`);
    await queryRunner.query('DROP INDEX IF EXISTS consumers_by_part');
    await queryRunner.query(`
      ALTER TABLE consumers
      ADD COLUMN searched text COLLATE "C" GENERATED ALWAYS AS (
        CASE WHEN octet_length(${KEY_AND_NAME}) <= ${SEARCHED_OCTETS_MAX} THEN ${KEY_AND_NAME} END
      ) STORED`);
    await queryRunner.query(`
      CREATE INDEX consumers_by_part ON consumers
        USING gin (text_pieces(coalesce(searched, ${KEY_AND_NAME})))`);
    await queryRunner.query('DROP INDEX consumers_by_age');
    await queryRunner.query(`
      CREATE INDEX consumers_by_age ON consumers (created_at, consumer_key) INCLUDE (searched)`);
    await queryRunner.query('DROP INDEX consumers_disabled_by_age');
    await queryRunner.query(`
      CREATE INDEX consumers_by_status ON consumers (status, created_at, consumer_key)
        INCLUDE (searched)`);

    await queryRunner.query(
      'DROP INDEX access_tokens_by_age, access_tokens_by_consumer, access_tokens_by_subject',
    );
    await queryRunner.query(
      `CREATE INDEX access_tokens_by_age ON access_tokens (created_at, token, ${LAPSES_AT})`,
    );
    await queryRunner.query(`
      CREATE INDEX access_tokens_by_consumer
      ON access_tokens (consumer_key, created_at, token, ${LAPSES_AT})`);
    await queryRunner.query(`
      CREATE INDEX access_tokens_by_subject
      ON access_tokens (subject, created_at, token, ${LAPSES_AT},
        hashtextextended(consumer_key, 0))`);

    await queryRunner.query('ALTER TABLE audit_head ADD COLUMN last_at timestamptz(3)');
    await queryRunner.query('UPDATE audit_head SET last_at = (SELECT max(at) FROM audit_events)');
    await queryRunner.query(`
      CREATE INDEX audit_events_by_actor_and_action ON audit_events (actor, action, id)`);
    await queryRunner.query(`
      CREATE INDEX audit_events_by_target_and_action ON audit_events (target, action, id)`);
    await queryRunner.query(`
      CREATE INDEX audit_events_by_target_and_actor
      ON audit_events (target, hashtextextended(actor, 0), id, action)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX audit_events_by_target_and_actor, audit_events_by_target_and_action,
        audit_events_by_actor_and_action`);
    await queryRunner.query('ALTER TABLE audit_head DROP COLUMN last_at');
    await queryRunner.query(
      'DROP INDEX access_tokens_by_age, access_tokens_by_consumer, access_tokens_by_subject',
    );
    await queryRunner.query(
      'CREATE INDEX access_tokens_by_age ON access_tokens (created_at, token)',
    );
    await queryRunner.query(
      'CREATE INDEX access_tokens_by_consumer ON access_tokens (consumer_key, created_at, token)',
    );
    await queryRunner.query(
      'CREATE INDEX access_tokens_by_subject ON access_tokens (subject, created_at, token)',
    );
    await queryRunner.query('DROP INDEX consumers_by_status, consumers_by_age, consumers_by_part');
    await queryRunner.query(
      'CREATE INDEX consumers_by_age ON consumers (created_at, consumer_key)',
    );
    await queryRunner.query(`
      CREATE INDEX consumers_disabled_by_age ON consumers (created_at, consumer_key)
        WHERE status = 'disabled'`);
    await queryRunner.query('ALTER TABLE consumers DROP COLUMN searched');
    await queryRunner.query('DROP FUNCTION pieces_to_find, text_pieces');
  }
}

const LAPSES_AT = `(
  CASE WHEN revoked_at IS NULL THEN coalesce(expires_at, 'infinity') ELSE '-infinity' END)`;

const KEY_AND_NAME = `lower(consumer_key COLLATE "default") || E'\\n' || lower(name)`;
/** Beside the key itself, of 1,020 octets at most, in an entry of 2,704. */
const SEARCHED_OCTETS_MAX = 1_000;
