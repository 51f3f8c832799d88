import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Nonces in partitions by their timestamp, so that they go by dropping a table and not row by row;
 * and indexes by which what has ended is found.
 *
 * nonce_horizon says which timestamps were forgotten. Every claim asks it (nonces/nonce-claim.ts): a
 * nonce from before that could be an old one, whatever the window is set to by now. The default
 * partition takes what no other does, so that a claim never fails for want of one.
 */
export class NoncePartitions1700000000006 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('LOCK TABLE nonces IN ACCESS EXCLUSIVE MODE');
    await queryRunner.query('ALTER TABLE nonces RENAME TO old_nonces');
    await queryRunner.query(
      'ALTER TABLE old_nonces RENAME CONSTRAINT nonces_pkey TO old_nonces_pkey',
    );
    await queryRunner.query(`
      CREATE TABLE nonces (
        oauth_timestamp bigint NOT NULL,
        consumer_key text COLLATE "C" NOT NULL,
        digest bytea NOT NULL CHECK (length(digest) = 32),
        PRIMARY KEY (oauth_timestamp, consumer_key, digest)
      ) PARTITION BY RANGE (oauth_timestamp)`);
    await queryRunner.query('CREATE TABLE nonces_rest PARTITION OF nonces DEFAULT');
    await queryRunner.query('INSERT INTO nonces SELECT * FROM old_nonces');
    await queryRunner.query('DROP TABLE old_nonces');

    await queryRunner.query(`
      CREATE TABLE nonce_horizon (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        forgotten_before bigint NOT NULL
      )`);
    await queryRunner.query('INSERT INTO nonce_horizon (forgotten_before) VALUES (0)');

    await queryRunner.query(`
      CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at)
      WHERE expires_at IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX access_tokens_by_revocation ON access_tokens (revoked_at)
      WHERE revoked_at IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX access_tokens_by_revocation, access_tokens_by_expiry');
    await queryRunner.query('DROP TABLE nonce_horizon');
    await queryRunner.query('LOCK TABLE nonces IN ACCESS EXCLUSIVE MODE');
    await queryRunner.query('ALTER TABLE nonces RENAME TO parted_nonces');
    await queryRunner.query(
      'ALTER TABLE parted_nonces RENAME CONSTRAINT nonces_pkey TO parted_nonces_pkey',
    );
    await queryRunner.query(`
      CREATE TABLE nonces (
        oauth_timestamp bigint NOT NULL,
        consumer_key text COLLATE "C" NOT NULL,
        digest bytea NOT NULL CHECK (length(digest) = 32),
        PRIMARY KEY (oauth_timestamp, consumer_key, digest)
      )`);
    await queryRunner.query('INSERT INTO nonces SELECT * FROM parted_nonces');
    await queryRunner.query('DROP TABLE parted_nonces');
  }
}
