import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which timeline of PostgreSQL the nonces belong to. A promoted standby and a restored backup begin another one,
 * and may lack the last claims: whoever notices first moves the horizon (nonces/nonce-timeline.ts), and until then
 * no claim is made. `refuse_nonces` is how the statement that claims says so: 57P03 is trouble below, 503.
 */
export class NonceTimeline1700000000026 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION refuse_nonces() RETURNS bigint LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'The last nonces may be lost: the database has a new timeline'
          USING ERRCODE = 'cannot_connect_now';
      END $$`);
    await queryRunner.query('ALTER TABLE nonce_horizon ADD COLUMN timeline text');
    await queryRunner.query(
      'UPDATE nonce_horizon SET timeline = substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE nonce_horizon DROP COLUMN timeline');
    await queryRunner.query('DROP FUNCTION refuse_nonces()');
  }
}
