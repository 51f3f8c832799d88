import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Changes to consumers and access tokens are announced on the channel `oauth10_changes`, so that
 * every replica lets go of what it remembers of them (database/change-feed.ts).
 *
 * The payload names the row: `consumer` or `token`, a space, and its key. New rows are not announced,
 * since nobody remembers that a row is missing; neither is last_used_on, which decides nothing, nor
 * the end of a token that had expired, which whoever remembers it can see.
 */
export class AnnouncedChanges1700000000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION announce_consumer() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('oauth10_changes', 'consumer ' || OLD.consumer_key);
        RETURN NULL;
      END $$`);
    await queryRunner.query(`
      CREATE FUNCTION announce_access_token() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('oauth10_changes', 'token ' || OLD.token);
        RETURN NULL;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON consumers
        FOR EACH ROW EXECUTE FUNCTION announce_consumer()`);
    await queryRunner.query(`
      CREATE TRIGGER announce_change AFTER UPDATE ON access_tokens FOR EACH ROW
        WHEN ((to_jsonb(OLD) - 'last_used_on') IS DISTINCT FROM (to_jsonb(NEW) - 'last_used_on'))
        EXECUTE FUNCTION announce_access_token()`);
    await queryRunner.query(`
      CREATE TRIGGER announce_end AFTER DELETE ON access_tokens FOR EACH ROW
        WHEN (OLD.expires_at IS NULL OR OLD.expires_at > now())
        EXECUTE FUNCTION announce_access_token()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TRIGGER announce_end ON access_tokens');
    await queryRunner.query('DROP TRIGGER announce_change ON access_tokens');
    await queryRunner.query('DROP TRIGGER announce_change ON consumers');
    await queryRunner.query('DROP FUNCTION announce_access_token(), announce_consumer()');
  }
}
