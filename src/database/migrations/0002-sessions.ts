import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who is signed in on the resource owner's pages, and on which day an access token was last used.
 *
 * A session's id lives in the browser alone; here lies its hash, so that a reader of the database
 * becomes nobody. A sign-in that has begun elsewhere is remembered until the browser comes back.
 * The day of the last use changes once a day and token; whoever watches access_tokens for
 * revocations should leave this column out.
 */
export class Sessions1700000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE sessions (
        id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
        subject text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX sessions_by_subject ON sessions (subject)');
    await queryRunner.query('CREATE INDEX sessions_by_expiry ON sessions (expires_at)');

    await queryRunner.query(`
      CREATE TABLE started_sign_ins (
        state_hash bytea PRIMARY KEY CHECK (length(state_hash) = 32),
        browser_hash bytea NOT NULL CHECK (length(browser_hash) = 32),
        oauth_token text,
        detail jsonb NOT NULL,
        expires_at timestamptz NOT NULL
      )`);
    await queryRunner.query(
      'CREATE INDEX started_sign_ins_by_expiry ON started_sign_ins (expires_at)',
    );

    await queryRunner.query('ALTER TABLE access_tokens ADD COLUMN last_used_on date');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE access_tokens DROP COLUMN last_used_on');
    await queryRunner.query('DROP TABLE started_sign_ins, sessions');
  }
}
