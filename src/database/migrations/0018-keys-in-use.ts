import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sealed values and MACs alike begin with the length of a key's id, and the id. */
const COLUMNS = [
  ['consumers', 'secret'],
  ['consumers', 'previous_secret'],
  ['consumers', 'grant_mac'],
  ['access_tokens', 'secret'],
  ['access_tokens', 'grant_mac'],
  ['temporary_credentials', 'secret'],
  ['api_keys', 'grant_mac'],
  ['sessions', 'grant_mac'],
  ['import_consumers', 'secret'],
  ['import_consumers', 'previous_secret'],
  ['import_consumers', 'grant_mac'],
  ['import_tokens', 'secret'],
  ['import_tokens', 'grant_mac'],
  ['idempotency_keys', 'answer'],
] as const;

const MAC_OCTETS = 32;

/**
 * The ids of the keys that rows may need (grants/keys-in-use.ts). What the versions before sealed is read
 * once, here: some seconds for ten million tokens, and in nobody's way.
 */
export class KeysInUse1700000000018 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE secret_keys_in_use (key_id text COLLATE "C" PRIMARY KEY)`);
    for (const [table, column] of COLUMNS) {
      await queryRunner.query(`
        INSERT INTO secret_keys_in_use
        SELECT key_id FROM (
          SELECT DISTINCT encode(substring(${column} FROM 2 FOR get_byte(${column}, 0)), 'escape') AS key_id
          FROM ${table}
          WHERE length(${column}) > ${MAC_OCTETS} AND get_byte(${column}, 0) BETWEEN 1 AND 32
        ) found
        WHERE key_id ~ '^[A-Za-z0-9_-]{1,32}$'
        ON CONFLICT DO NOTHING`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE secret_keys_in_use');
  }
}
