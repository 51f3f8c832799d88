import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * That every row which grants something has a MAC is said by the end of the record, under its proof
 * (audit/record-proofs.ts): `grant_macs` said it too, to whoever could write there.
 */
export class ProvenCompleteness1700000000017 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE audit_head ADD COLUMN grants_since bigint');
    await queryRunner.query('DROP TABLE grant_macs');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE grant_macs (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        complete_at timestamptz(3)
      )`);
    await queryRunner.query('INSERT INTO grant_macs (complete_at) VALUES (NULL)');
    await queryRunner.query('ALTER TABLE audit_head DROP COLUMN grants_since');
  }
}
