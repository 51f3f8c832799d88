import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Figures of verdicts (decision 0058): one row a minute for the whole service, one a day for a consumer, each with
 * its counts by code, so that no code makes a row of its own; and which replicas write them. Rows are
 * updated every few seconds, within their page. The index finds the few consumers in a rotation of their secret.
 * The version before writes neither.
 */
export class VerdictRollup1700000000028 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE verdict_minutes (
        minute timestamptz(0) PRIMARY KEY,
        counts jsonb NOT NULL
      ) WITH (fillfactor = 70)`);
    await queryRunner.query(`
      CREATE TABLE consumer_verdict_days (
        consumer_key text NOT NULL REFERENCES consumers ON DELETE CASCADE,
        day date NOT NULL,
        counts jsonb NOT NULL,
        PRIMARY KEY (consumer_key, day)
      ) WITH (fillfactor = 70)`);
    await queryRunner.query(
      'CREATE INDEX consumer_verdict_days_by_day ON consumer_verdict_days (day)',
    );
    await queryRunner.query(`
      CREATE TABLE replicas (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        version text NOT NULL,
        started_at timestamptz(3) NOT NULL,
        last_wrote_at timestamptz(3) NOT NULL
      )`);
    await queryRunner.query(`
      CREATE INDEX consumers_in_rotation ON consumers (previous_secret_expires_at)
        WHERE previous_secret IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX consumers_in_rotation');
    await queryRunner.query('DROP TABLE replicas');
    await queryRunner.query('DROP TABLE consumer_verdict_days');
    await queryRunner.query('DROP TABLE verdict_minutes');
  }
}
