import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['consumers', 'import_consumers'];

/**
 * What a consumer that can't be changed may do otherwise than RFC 5849 says, by flag
 * (protocol/compatibility.ts), and a count of how often: uses of flags, and hints that were given to
 * whoever signs wrongly. The version before writes neither, and reads no row differently for them.
 */
export class Compatibility1700000000022 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await queryRunner.query(
        `ALTER TABLE ${table} ADD COLUMN compatibility text[] NOT NULL DEFAULT '{}'`,
      );
    }
    // The version before stages whole rows, and knows nothing of the column.
    await queryRunner.query(`
      CREATE FUNCTION no_compatibility() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.compatibility := '{}';
        RETURN NEW;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER no_compatibility BEFORE INSERT ON import_consumers FOR EACH ROW
        WHEN (NEW.compatibility IS NULL) EXECUTE FUNCTION no_compatibility()`);
    await queryRunner.query(`
      CREATE TABLE signature_deviations (
        consumer_key text NOT NULL REFERENCES consumers ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('flag', 'hint')),
        code text NOT NULL,
        seen_on date NOT NULL,
        times bigint NOT NULL,
        last_seen_at timestamptz(3) NOT NULL,
        PRIMARY KEY (consumer_key, kind, code, seen_on)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE signature_deviations');
    await queryRunner.query('DROP TRIGGER no_compatibility ON import_consumers');
    await queryRunner.query('DROP FUNCTION no_compatibility()');
    for (const table of TABLES) {
      await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN compatibility`);
    }
  }
}
