import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What of a consumer its MAC holds (grants/granted.ts); whoever changes it has to make another MAC. */
const PROTECTED_OF_CONSUMER = [
  'signature_methods',
  'rsa_public_key',
  'callback_urls',
  'scopes',
  'two_legged',
  'access_token_ttl_seconds',
  'allowed_addresses',
  'status',
  'expires_at',
  'previous_secret_expires_at',
  'weak_signatures_until',
];

/**
 * A MAC beside each row that grants something, under a key that the database does not hold
 * (grants/grants.ts, docs/adr/0035): keys of staff, consumers, access tokens, sessions, and the rows
 * that an import has staged. Where there are rows already, they have none until `npm run reseal`
 * makes them; `complete_at` says since when a row without one is refused.
 *
 * The version before knows nothing of MACs and may still serve: it leaves none on what it makes, and
 * a trigger takes away the one that no longer fits what it changed. A revoked token loses its MAC for
 * good, so that taking the revocation back gives it nothing.
 *
 * Hashes of requests and files become MACs, which are longer than 32 octets.
 */
export class AuthenticatedGrants1700000000012 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN grant_mac bytea`);
    }
    await queryRunner.query(`
      CREATE TABLE grant_macs (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        complete_at timestamptz(3)
      )`);
    await queryRunner.query('INSERT INTO grant_macs (complete_at) VALUES (NULL)');
    await queryRunner.query(`
      CREATE FUNCTION forget_grant_mac() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.grant_mac := NULL;
        RETURN NEW;
      END $$`);
    const row = (which: string) =>
      `(${PROTECTED_OF_CONSUMER.map((name) => `${which}.${name}`).join(', ')})`;
    await queryRunner.query(`
      CREATE TRIGGER forget_grant_mac BEFORE UPDATE ON consumers FOR EACH ROW
        WHEN (OLD.grant_mac = NEW.grant_mac AND ${row('OLD')} IS DISTINCT FROM ${row('NEW')})
        EXECUTE FUNCTION forget_grant_mac()`);
    await queryRunner.query(`
      CREATE TRIGGER forget_grant_mac BEFORE UPDATE OF revoked_at ON access_tokens FOR EACH ROW
        WHEN (NEW.revoked_at IS NOT NULL)
        EXECUTE FUNCTION forget_grant_mac()`);
    await queryRunner.query(
      'ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_request_hash_check',
    );
    await queryRunner.query('ALTER TABLE imports DROP CONSTRAINT imports_file_hash_check');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // What does not fit the older rule can't be compared by the older service either.
    await queryRunner.query('DELETE FROM idempotency_keys WHERE length(request_hash) <> 32');
    await queryRunner.query('UPDATE imports SET file_hash = NULL WHERE length(file_hash) <> 32');
    await queryRunner.query(`
      ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_request_hash_check
        CHECK (length(request_hash) = 32)`);
    await queryRunner.query(`
      ALTER TABLE imports ADD CONSTRAINT imports_file_hash_check CHECK (length(file_hash) = 32)`);
    await queryRunner.query('DROP TRIGGER forget_grant_mac ON access_tokens');
    await queryRunner.query('DROP TRIGGER forget_grant_mac ON consumers');
    await queryRunner.query('DROP FUNCTION forget_grant_mac()');
    await queryRunner.query('DROP TABLE grant_macs');
    for (const table of TABLES) {
      await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN grant_mac`);
    }
  }
}

const TABLES = [
  'api_keys',
  'consumers',
  'access_tokens',
  'sessions',
  'import_consumers',
  'import_tokens',
];
