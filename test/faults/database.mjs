// The PostgreSQL of the run, with durable commits. The faults kill and restart it.
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
/** So few connections that other clients can take them all. */
const SETTINGS = {
  max_connections: '40',
  shared_buffers: '64MB',
  superuser_reserved_connections: '5',
};

/** Starts, kills and queries the server. The service connects as a role without privileges. */
export class Database {
  #directory = mkdtempSync(join(tmpdir(), 'oauth10-faults-'));
  #server;
  #client;
  #password = randomBytes(16).toString('hex');
  kills = 0;

  /** Undefined while no server runs. */
  port;

  async start() {
    this.#server = await startEmbeddedServer({ directory: this.#directory, settings: SETTINGS });
    this.port = Number(new URL(this.#server.url).port);
  }

  /** @param disk where the tables go; undefined: in the data folder */
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

  /** The URL for the service, through the given port. */
  urlBy(port) {
    return `postgres://${ROLE}:${this.#password}@127.0.0.1:${port}/${NAME}`;
  }

  /** A direct connection of this program; `asService`: as the service's role. */
  async connect({ asService = false } = {}) {
    const url = new URL(asService ? this.urlBy(this.port) : this.#server.url);
    url.pathname = `/${NAME}`;
    const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** The rows of one statement, on a connection that stays open. */
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

  /** Sends SIGKILL to the postmaster. Its other processes notice and exit. */
  async killPostmaster() {
    const { pid } = await readPostmaster(this.#server.folder);
    this.port = undefined;
    process.kill(pid, 'SIGKILL');
    this.kills += 1;
    await this.#server.stop();
  }

  /** Sends SIGKILL to one of the service's backends. The server then restarts by itself. */
  async killBackend(random) {
    const rows = await this.query(
      `SELECT pid FROM pg_stat_activity WHERE usename = $1 ORDER BY pid`,
      [ROLE],
    );
    if (rows.length === 0) return false;
    try {
      process.kill(random.pick(rows).pid, 'SIGKILL');
    } catch (error) {
      // The backend has already exited.
      if (error.code !== 'ESRCH') throw error;
      return false;
    }
    return true;
  }

  /** Resolves when the server accepts connections. */
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
