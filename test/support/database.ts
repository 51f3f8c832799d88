import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A migrated database for one test file. */
export interface TestDatabase {
  /** For the service. */
  readonly url: string;
  /** Runs SQL as the owner, beside the service, to check or damage the data. */
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** Copies the template that the global setup migrated. This takes a few tens of milliseconds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { TEST_SERVER_URL: serverUrl = '', TEST_TEMPLATE: template = '' } = process.env;
  const { TEST_SERVICE_URL: serviceUrl = serverUrl } = process.env;
  const name = `${template.replace(/_template$/, '')}_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const [url, ofService] = [serverUrl, serviceUrl].map((server) =>
    Object.assign(new URL(server), { pathname: `/${name}` }),
  ) as [URL, URL];
  const client = new Client({ connectionString: url.href });
  client.on('error', () => undefined);
  await client.connect();
  return {
    url: ofService.href,
    query: async <Row>(sql: string, values: unknown[] = []) =>
      (await client.query(sql, values)).rows as Row[],
    drop: async () => {
      await client.end();
      await onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(serverUrl: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
