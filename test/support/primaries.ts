import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import {
  startEmbeddedServer,
  type EmbeddedServer,
} from '../../src/database/embedded-server/embedded-server.js';
import { migrate } from '../../src/database/migrate.js';

/** A migrated server for one test. It can be made read-only. */
export interface Primary {
  readonly url: string;
  query<Row>(sql: string): Promise<Row[]>;
  setReadOnly(isReadOnly: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** @param like another server whose password this one takes, so that one connection string fits both */
export async function startPrimary(like?: Primary): Promise<Primary> {
  const directory = await mkdtemp(join(tmpdir(), 'oauth10-test-'));
  const server: EmbeddedServer = await startEmbeddedServer({ directory, durable: false });
  const url = new URL(server.url);
  const query = async <Row>(sql: string): Promise<Row[]> => {
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  };
  if (like) {
    const { password } = new URL(like.url);
    await query(`ALTER ROLE CURRENT_USER PASSWORD '${decodeURIComponent(password)}'`);
    url.password = password;
  }
  const dataSource = await new DataSource(
    dataSourceOptions({ databasePoolSize: 1 }, url.href),
  ).initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  return {
    url: url.href,
    query,
    setReadOnly: async (isReadOnly) => {
      await query(`ALTER SYSTEM SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
      await query('SELECT pg_reload_conf()');
    },
    stop: async () => {
      await server.stop();
      await rm(server.folder, { recursive: true, force: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}
