import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The keys that sign the platform's own tokens (platform-tokens/, docs/adr/0038): sealed, under a MAC,
 * and one behind the other. Who makes the next key takes the next position, so that of several replicas
 * one does. Every change is announced on `oauth10_changes`, as `signing-keys`.
 *
 * `longest_ttl_seconds` is the longest life of what the key signed, whatever the setting was meanwhile.
 */
export class TokenSigningKeys1700000000020 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE token_signing_keys (
        kid text PRIMARY KEY,
        position integer NOT NULL UNIQUE,
        algorithm text NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA', 'RS256')),
        secret bytea NOT NULL,
        created_at timestamptz NOT NULL,
        signs_from timestamptz NOT NULL,
        longest_ttl_seconds integer NOT NULL CHECK (longest_ttl_seconds BETWEEN 1 AND 3600),
        grant_mac bytea NOT NULL
      )`);
    await queryRunner.query(`
      CREATE FUNCTION announce_token_signing_keys() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('oauth10_changes', 'signing-keys');
        RETURN NULL;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON token_signing_keys
        FOR EACH ROW EXECUTE FUNCTION announce_token_signing_keys()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE token_signing_keys');
    await queryRunner.query('DROP FUNCTION announce_token_signing_keys()');
  }
}
