// The Redis for nonces: a primary and a replica, which lose claims that were not replicated in time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { freePort } from '../../bench/rig.mjs';

const PATIENCE_MS = 20_000;
/** From the end of a fault until the horizon that it moved has passed, on a slow machine. */
const FORGETTING_MS = 15_000;

class Server {
  #folder = mkdtempSync(join(tmpdir(), 'oauth10-faults-redis-'));
  #child;

  async open() {
    this.port = await freePort();
    await this.start();
  }

  get isUp() {
    return this.#child !== undefined;
  }

  async start() {
    const options = ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.#folder];
    const volatile = ['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'];
    const child = spawn('redis-server', [...options, ...volatile], { stdio: 'ignore' });
    // A program that is missing emits `error` instead of `exit`.
    this.ended = Promise.race([once(child, 'exit'), once(child, 'error')]);
    this.ended.catch(() => undefined);
    this.#child = child;
    await this.until('PING', /PONG/);
  }

  /** Sends SIGKILL, so nothing is saved. */
  async kill() {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }

  async command(...parts) {
    const url = `redis://127.0.0.1:${this.port}`;
    const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(parts);
    } finally {
      client.destroy();
    }
  }

  /** Repeats the command until the answer is as wanted. */
  async until(command, wanted) {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.command(...command.split(' ')).catch(({ message }) => message);
      if (wanted.test(String(answer))) return;
      if (performance.now() > deadline) throw new Error(`Redis: ${command} gives ${answer}`);
      await sleep(20);
    }
  }

  async close() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export class NonceStore {
  servers = [new Server(), new Server()];
  kills = 0;
  failOvers = 0;
  #primary = 0;
  #isHarmed = false;
  #harmedUntil = -Infinity;

  get primary() {
    return this.servers[this.#primary];
  }

  get replica() {
    return this.servers[1 - this.#primary];
  }

  async open() {
    await Promise.all(this.servers.map((server) => server.open()));
    await this.#attach();
  }

  /** The URL for the service, through its own connections to both servers. */
  urlBy(ports) {
    return ports.map((port) => `redis://127.0.0.1:${port}`).join();
  }

  /** Runs work that may lose claims. During it and for a while after, requests from before are refused. */
  async harming(work) {
    this.#isHarmed = true;
    try {
      return await work();
    } finally {
      this.#isHarmed = false;
      this.#harmedUntil = performance.now();
    }
  }

  /** Whether a valid request may be refused because claims were lost recently. */
  isForgetting() {
    return this.#isHarmed || performance.now() < this.#harmedUntil + FORGETTING_MS;
  }

  /** Restarts the lost server as the replica of the other one. */
  async makeWhole() {
    if (this.replica.isUp) return;
    await this.replica.start();
    await this.#attach();
  }

  /** Stops replication, like a network partition. */
  cutReplicaOff() {
    return this.replica.command('REPLICAOF', '127.0.0.1', '1');
  }

  /** Promotes the replica. The old primary continues, unless it was killed. */
  async promote() {
    await this.replica.command('REPLICAOF', 'NO', 'ONE');
    this.#primary = 1 - this.#primary;
    this.failOvers += 1;
  }

  async killPrimary() {
    await this.primary.kill();
    this.kills += 1;
  }

  /** The old primary follows the promoted one, and drops the claims it accepted meanwhile. */
  demote() {
    return this.#attach();
  }

  /** Kills the primary, and starts it without data. */
  async restartPrimary(pauseMs) {
    await this.killPrimary();
    await sleep(pauseMs);
    await this.primary.start();
    await this.replica.until('INFO replication', /master_link_status:up/);
  }

  /** Sets a memory limit that allows no write, or removes it. */
  setFull(isFull) {
    return this.primary.command('CONFIG', 'SET', 'maxmemory', isFull ? '1' : '0');
  }

  async close() {
    await Promise.all(this.servers.map((server) => server.close()));
  }

  async #attach() {
    await this.replica.command('REPLICAOF', '127.0.0.1', String(this.primary.port));
    await this.replica.until('INFO replication', /master_link_status:up/);
  }
}
