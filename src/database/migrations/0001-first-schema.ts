import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Consumers, temporary credentials, access tokens and nonces.
 *
 * Keys and tokens compare as octets (COLLATE "C"): RFC 5849 gives them no alphabet and no case
 * folding, and the index is smaller and faster for it. Secrets are sealed before they get here
 * (secrets/secret-box.ts); an RSA consumer has none, which is NULL and not an empty string. Times
 * that lists are paged by have milliseconds, as a JavaScript Date has, or a cursor would skip rows.
 */
export class FirstSchema1700000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE consumers (
        consumer_key text COLLATE "C" PRIMARY KEY CHECK (length(consumer_key) BETWEEN 1 AND 255),
        secret bytea,
        name text NOT NULL,
        description text,
        callback_urls text[] NOT NULL,
        scopes text[] NOT NULL,
        signature_methods text[] NOT NULL CHECK (cardinality(signature_methods) > 0),
        rsa_public_key text,
        two_legged boolean NOT NULL,
        access_token_ttl_seconds integer CHECK (access_token_ttl_seconds >= 0),
        website_url text,
        legal_notice text,
        allowed_addresses text[] NOT NULL,
        expires_at timestamptz,
        labels jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'disabled')),
        version integer NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now()
      )`);
    await queryRunner.query(
      'CREATE INDEX consumers_by_age ON consumers (created_at, consumer_key)',
    );

    await queryRunner.query(`
      CREATE TABLE temporary_credentials (
        token text COLLATE "C" PRIMARY KEY,
        consumer_key text COLLATE "C" NOT NULL REFERENCES consumers ON DELETE CASCADE,
        secret bytea NOT NULL,
        callback text NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        decision text CHECK (decision IN ('allowed', 'denied')),
        decided_at timestamptz,
        subject text,
        granted_scopes text[],
        verifier_hash bytea,
        failed_verifiers smallint NOT NULL DEFAULT 0 CHECK (failed_verifiers BETWEEN 0 AND 5),
        used_at timestamptz,
        CONSTRAINT allowed_means_granted CHECK (
          (decision IS NOT DISTINCT FROM 'allowed')
          = (subject IS NOT NULL AND granted_scopes IS NOT NULL AND verifier_hash IS NOT NULL)
        ),
        CONSTRAINT used_means_allowed CHECK (used_at IS NULL OR decision = 'allowed'),
        CONSTRAINT granted_within_asked CHECK (granted_scopes <@ scopes)
      )`);
    await queryRunner.query(
      'CREATE INDEX temporary_credentials_by_consumer ON temporary_credentials (consumer_key)',
    );
    await queryRunner.query(
      'CREATE INDEX temporary_credentials_by_expiry ON temporary_credentials (expires_at)',
    );

    // temporary_token is unique so that no fault and no race can turn one grant into two tokens.
    await queryRunner.query(`
      CREATE TABLE access_tokens (
        token text COLLATE "C" PRIMARY KEY,
        consumer_key text COLLATE "C" NOT NULL REFERENCES consumers ON DELETE CASCADE,
        temporary_token text COLLATE "C" UNIQUE,
        secret bytea NOT NULL,
        subject text NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz
      )`);
    await queryRunner.query(
      'CREATE INDEX access_tokens_by_consumer ON access_tokens (consumer_key, created_at, token)',
    );
    await queryRunner.query(
      'CREATE INDEX access_tokens_by_subject ON access_tokens (subject, created_at, token)',
    );

    // The key is the whole row: RFC 5849 section 3.3 wants a nonce unique per timestamp, client and
    // token. The digest covers token and nonce, so a nonce of any length costs 32 octets.
    await queryRunner.query(`
      CREATE TABLE nonces (
        oauth_timestamp bigint NOT NULL,
        consumer_key text COLLATE "C" NOT NULL,
        digest bytea NOT NULL CHECK (length(digest) = 32),
        PRIMARY KEY (oauth_timestamp, consumer_key, digest)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE nonces, access_tokens, temporary_credentials, consumers');
  }
}
