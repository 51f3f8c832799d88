import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Counts of requests that replicas share. Lost in a crash of the server, which is a minute's
 * patience; so no log is written for it.
 */
export class RateLimits1700000000007 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE UNLOGGED TABLE rate_limits (
        key text COLLATE "C" PRIMARY KEY,
        points integer NOT NULL,
        expire bigint
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE rate_limits');
  }
}
