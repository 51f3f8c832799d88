// The PostgreSQL that is broken and restarted: real, and it keeps what it acknowledged.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { dataDirectoryIn } from '../../dist/database/embedded-server/embedded-server-cluster.js';
import { readPostmaster } from '../../dist/database/embedded-server/embedded-server-occupancy.js';
import { startEmbeddedServer } from '../../dist/database/embedded-server/embedded-server.js';

const NAME = 'faults';
const ROLE = 'service';
/** So few that other clients can take them all. */
const SETTINGS = {
  max_connections: '40',
  shared_buffers: '64MB',
  superuser_reserved_connections: '5',
};

/** Starts, breaks and asks the server. The service comes as a role without any privilege. */
export class Database {
  #directory = mkdtempSync(join(tmpdir(), 'oauth10-faults-'));
  #server;
  #client;
  #password = randomBytes(16).toString('hex');
  kills = 0;

  /** Undefined while there is no server. */
  port;

  async start() {
    this.#server = await startEmbeddedServer({ directory: this.#directory, settings: SETTINGS });
    this.port = Number(new URL(this.#server.url).port);
  }

  /** @param disk where the tables go; undefined: beside the rest */
  async create(disk) {
    const { uid, gid } = await stat(dataDirectoryIn(this.#server.folder));
    await this.#onServer(async (client) => {
      await client.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${this.#password}'`);
      if (disk) {
        disk.lend(uid, gid);
        await client.query(`CREATE TABLESPACE small LOCATION '${disk.path}'`);
      }
      await client.query(`CREATE DATABASE ${NAME} OWNER ${ROLE} ${disk ? 'TABLESPACE small' : ''}`);
    });
  }

  /** As the service reaches it, by the given port. */
  urlBy(port) {
    return `postgres://${ROLE}:${this.#password}@127.0.0.1:${port}/${NAME}`;
  }

  /** A connection of the program's own, past every wire; `asService`: without privileges. */
  async connect({ asService = false } = {}) {
    const url = new URL(asService ? this.urlBy(this.port) : this.#server.url);
    url.pathname = `/${NAME}`;
    const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Rows of one statement, on a connection that is kept. */
  async query(sql, values = []) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#client ??= await this.connect();
        return (await this.#client.query(sql, values)).rows;
      } catch (error) {
        await this.#client?.end().catch(() => undefined);
        this.#client = undefined;
        if (attempt === 3) throw error;
      }
    }
  }

  /** kill -9 of the postmaster; the others of its processes find out and end. */
  async killPostmaster() {
    const { pid } = await readPostmaster(this.#server.folder);
    this.port = undefined;
    process.kill(pid, 'SIGKILL');
    this.kills += 1;
    await this.#server.stop();
  }

  /** kill -9 of one of the service's backends, whereupon the server begins anew by itself. */
  async killBackend(random) {
    const rows = await this.query(
      `SELECT pid FROM pg_stat_activity WHERE usename = $1 ORDER BY pid`,
      [ROLE],
    );
    if (rows.length === 0) return false;
    try {
      process.kill(random.pick(rows).pid, 'SIGKILL');
    } catch (error) {
      // It ended by itself meanwhile.
      if (error.code !== 'ESRCH') throw error;
      return false;
    }
    return true;
  }

  /** Resolves when the server takes connections. */
  async untilUp() {
    for (;;) {
      const client = await this.connect().catch(() => undefined);
      if (client) return void (await client.end());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop() {
    this.port = undefined;
    await this.#server?.stop();
    this.#server = undefined;
  }

  async close() {
    this.#client?.end().catch(() => undefined);
    const { folder } = this.#server ?? {};
    await this.stop();
    for (const path of [folder, this.#directory]) {
      if (path) rmSync(path, { recursive: true, force: true });
    }
  }

  async #onServer(work) {
    const client = new pg.Client(this.#server.url);
    await client.connect();
    await work(client).finally(() => client.end());
  }
}
