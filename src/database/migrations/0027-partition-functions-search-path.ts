import type { MigrationInterface, QueryRunner } from 'typeorm';

const FUNCTIONS = ['make_nonce_partition(bigint)', 'drop_nonce_partition(bigint)'];

/**
 * The functions of migration 0016 run as the owner of the tables, and name each object with its schema. The
 * schema itself leaves their search_path: a role that may CREATE there could put an operator into it that
 * fits better than PostgreSQL's own, and that the owner would run.
 */
export class PartitionFunctionsSearchPath1700000000027 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const name of FUNCTIONS)
      await queryRunner.query(`ALTER FUNCTION ${name} SET search_path = pg_catalog, pg_temp`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const [{ schema }] = (await queryRunner.query(
      'SELECT quote_ident(current_schema()) AS schema',
    )) as [{ schema: string }];
    for (const name of FUNCTIONS)
      await queryRunner.query(
        `ALTER FUNCTION ${name} SET search_path = pg_catalog, ${schema}, pg_temp`,
      );
  }
}
