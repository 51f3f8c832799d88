import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What staff say that scopes mean. A scope need not be anybody's yet to be described. */
export class ScopeDescriptions1700000000008 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE scope_descriptions (
        scope text COLLATE "C" PRIMARY KEY,
        title text,
        description text,
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        CHECK (title IS NOT NULL OR description IS NOT NULL)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE scope_descriptions');
  }
}
