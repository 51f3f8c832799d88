import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Functions that make and drop partitions of nonces for a role that owns nothing: they run as whoever
 * migrated, and do no more than that. So a service whose role may not even CREATE in the schema keeps its
 * partitions, and those belong to one owner whichever role asked for them.
 *
 * A partition is named by its first timestamp; its span is ten minutes and nothing else, as in
 * nonces/nonce-partitions.ts. The search_path is the schema that was migrated, and none that a caller
 * could put objects into.
 */
export class PartitionsWithoutOwnership1700000000016 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const [{ schema, place }] = (await queryRunner.query(`
      SELECT quote_ident(current_schema()) AS schema,
        quote_literal(quote_ident(current_schema())) AS place`)) as [
      { schema: string; place: string },
    ];
    const begin = `LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ${schema}, pg_temp`;
    await queryRunner.query(`
      CREATE FUNCTION make_nonce_partition(beginning bigint) RETURNS void ${begin} AS $$
      DECLARE
        place text := ${place};
        part text := 'nonces_' || beginning;
      BEGIN
        IF beginning < 0 OR beginning % 600 <> 0 THEN
          RAISE EXCEPTION 'No partition begins there' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF to_regclass(format('%s.%I', place, part)) IS NOT NULL THEN RETURN; END IF;
        EXECUTE format('CREATE TABLE %1$s.%2$I (LIKE %1$s.nonces INCLUDING ALL)', place, part);
        EXECUTE format('ALTER TABLE %1$s.nonces ATTACH PARTITION %1$s.%2$I FOR VALUES FROM (%3$s) TO (%4$s)',
          place, part, beginning, beginning + 600);
      END $$`);
    await queryRunner.query(`
      CREATE FUNCTION drop_nonce_partition(beginning bigint) RETURNS void ${begin} AS $$
      BEGIN
        UPDATE ${schema}.nonce_horizon
          SET forgotten_before = greatest(forgotten_before, beginning + 600);
        EXECUTE format('DROP TABLE IF EXISTS %s.%I', ${place}, 'nonces_' || beginning);
      END $$`);
    // Whoever may use the schema may not yet drop what is kept there against replays.
    for (const name of ['make_nonce_partition', 'drop_nonce_partition']) {
      await queryRunner.query(`REVOKE ALL ON FUNCTION ${name}(bigint) FROM PUBLIC`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION make_nonce_partition(bigint)');
    await queryRunner.query('DROP FUNCTION drop_nonce_partition(bigint)');
  }
}
