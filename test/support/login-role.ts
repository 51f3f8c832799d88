import { randomBytes } from 'node:crypto';
import type { TestDatabase } from './database.js';

/** A login role for one test and one test database. */
export interface LoginRole {
  readonly name: string;
  url(password: string): string;
  drop(): Promise<void>;
}

/** @param attributes of CREATE ROLE, such as `IN ROLE owner` */
export async function createLoginRole(
  database: TestDatabase,
  password: string,
  attributes = '',
): Promise<LoginRole> {
  const name = `oauth10_test_${randomBytes(6).toString('hex')}`;
  await database.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${attributes}`);
  return {
    name,
    url: (current) => {
      const url = new URL(database.url);
      url.username = name;
      url.password = current;
      return url.href;
    },
    drop: async () => {
      await database.query(`DROP OWNED BY ${name}`);
      await database.query(`DROP ROLE ${name}`);
    },
  };
}
