import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The latest time, in seconds since 1970, at which a replica was about to claim in the nonce store. Horizons
 * are reckoned from it as well, since the database's clock may be another one after a fail-over, or be set back.
 */
export class SeenNonceStore1700000000025 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE nonce_store ADD COLUMN seen_until bigint NOT NULL DEFAULT 0',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE nonce_store DROP COLUMN seen_until');
  }
}
