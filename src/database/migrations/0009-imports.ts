import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where the lines of a file lie until all of them are taken over at once (docs/adr/0018).
 *
 * What is staged is sealed for the place that it goes to, so that taking it over opens nothing.
 * A file whose digest is known goes on where it stopped; of two processes that read the same file,
 * the one that moves `lines` first wins.
 */
export class Imports1700000000009 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE imports (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        file_hash bytea UNIQUE CHECK (length(file_hash) = 32),
        lines integer NOT NULL DEFAULT 0,
        consumers integer NOT NULL DEFAULT 0,
        tokens integer NOT NULL DEFAULT 0,
        started_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        finished_at timestamptz(3)
      )`);
    await queryRunner.query(`
      CREATE TABLE import_consumers (
        import_id integer NOT NULL REFERENCES imports,
        line integer NOT NULL,
        consumer_key text COLLATE "C" NOT NULL,
        secret bytea,
        previous_secret bytea,
        previous_secret_expires_at timestamptz(3),
        name text NOT NULL,
        description text,
        callback_urls text[] NOT NULL,
        scopes text[] NOT NULL,
        signature_methods text[] NOT NULL,
        rsa_public_key text,
        two_legged boolean NOT NULL,
        access_token_ttl_seconds integer,
        website_url text,
        legal_notice text,
        allowed_addresses text[] NOT NULL,
        expires_at timestamptz,
        labels jsonb NOT NULL,
        status text NOT NULL,
        weak_signatures_until timestamptz(3),
        created_at timestamptz(3),
        PRIMARY KEY (import_id, consumer_key)
      )`);
    await queryRunner.query(`
      CREATE TABLE import_tokens (
        import_id integer NOT NULL REFERENCES imports,
        line integer NOT NULL,
        token text COLLATE "C" NOT NULL,
        consumer_key text COLLATE "C" NOT NULL,
        secret bytea NOT NULL,
        subject text NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz(3),
        expires_at timestamptz,
        revoked_at timestamptz,
        PRIMARY KEY (import_id, token)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE import_tokens, import_consumers, imports');
  }
}
