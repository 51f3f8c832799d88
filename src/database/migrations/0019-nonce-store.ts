import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What all replicas agree on about a nonce store beside the database (nonces/store): which epoch of it they
 * claim in, and which timestamps it has forgotten. One row; no epoch means that no store was ever used.
 */
export class NonceStore1700000000019 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE nonce_store (
        id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
        keyspace text,
        epoch text,
        is_open boolean NOT NULL DEFAULT false,
        primaries text[] NOT NULL DEFAULT '{}',
        window_seconds int NOT NULL DEFAULT 0,
        forgotten_before bigint NOT NULL DEFAULT 0
      )`);
    await queryRunner.query('INSERT INTO nonce_store DEFAULT VALUES');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE nonce_store');
  }
}
