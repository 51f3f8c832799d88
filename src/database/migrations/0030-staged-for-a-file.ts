import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `mac_context`: what the MACs of an import's staged rows are bound to, so that a row fits no other import: the MAC
 * of the file's digest, or random octets where nobody goes on with the file. Rows that were staged before are bound
 * to nothing; they go, and their files begin anew. The version before leaves the column empty, and this one goes on
 * with no such import.
 */
export class StagedForAFile1700000000030 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE imports ADD COLUMN mac_context bytea');
    await this.beginAnew(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await this.beginAnew(queryRunner);
    await queryRunner.query('ALTER TABLE imports DROP COLUMN mac_context');
  }

  private async beginAnew(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('TRUNCATE import_consumers, import_tokens');
    await queryRunner.query('UPDATE imports SET file_hash = NULL WHERE finished_at IS NULL');
  }
}
