import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Proofs beside the hashes of the record, made with keys that the database does not hold
 * (audit/record-proofs.ts, docs/adr/0031).
 *
 * An event from before has no proof, and can get none that would say anything. `since` names the first
 * event from which on each has its own. The version before appends without them meanwhile; the next
 * event of this one begins anew after those.
 */
export class AuthenticatedRecord1700000000014 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE audit_events ADD COLUMN mac bytea');
    await queryRunner.query('ALTER TABLE audit_head ADD COLUMN mac bytea, ADD COLUMN since bigint');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE audit_head DROP COLUMN mac, DROP COLUMN since');
    await queryRunner.query('ALTER TABLE audit_events DROP COLUMN mac');
  }
}
