// One replica of the service: built, as `npm start` runs it in production, behind a wire for clients and with wires
// to its database and stores. Tests can break the wires.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, ROOT } from '../../bench/rig.mjs';
import { Wire } from './wire.mjs';

const START_TIMEOUT_MS = 60_000;
const OUTPUT_KEPT = 4_000;
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const COMMAND = scripts.start.split(' ').slice(1);

/** The library of Debian's libfaketime; undefined if it is not installed. */
export const FAKETIME = (existsSync('/usr/lib') ? readdirSync('/usr/lib') : [])
  .map((name) => join('/usr/lib', name, 'faketime/libfaketimeMT.so.1'))
  .find((path) => existsSync(path));

export class Replica {
  #child;
  #absences = [];
  output = '';
  kills = 0;
  clockMinutes = 0;

  /**
   * @param nonceStore undefined: nonces are claimed in the database
   * @param onUnexpectedEnd called when the process ends without being stopped
   */
  constructor(name, { database, nonceStore, env, onUnexpectedEnd }) {
    this.name = name;
    this.env = env;
    this.database = database;
    this.nonceStore = nonceStore;
    this.onUnexpectedEnd = onUnexpectedEnd;
    this.link = new Wire(() => database.port);
    this.storeLinks = (nonceStore?.servers ?? []).map((server) => new Wire(() => server.port));
    this.door = new Wire(() => this.port);
    this.adminDoor = new Wire(() => this.adminPort);
  }

  async open() {
    [this.port, this.adminPort] = [await freePort(), await freePort()];
    await Promise.all(this.#wires.map((wire) => wire.open()));
    await this.start(0);
  }

  get #wires() {
    return [this.link, ...this.storeLinks, this.door, this.adminDoor];
  }

  get pid() {
    return this.#child?.pid;
  }

  get isUp() {
    return this.#child !== undefined;
  }

  /** Resolves when it is ready. */
  async start(clockMinutes = this.clockMinutes) {
    this.clockMinutes = clockMinutes;
    this.output = '';
    const child = spawn(process.execPath, COMMAND, {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(this.port),
        ADMIN_PORT: String(this.adminPort),
        DATABASE_URL: this.database.urlBy(this.link.port),
        LOG_LEVEL: 'warn',
        ...(this.nonceStore && {
          NONCE_STORE_URL: this.nonceStore.urlBy(this.storeLinks.map(({ port }) => port)),
        }),
        ...this.env,
        ...(clockMinutes !== 0 && {
          LD_PRELOAD: FAKETIME,
          FAKETIME: `${clockMinutes > 0 ? '+' : ''}${clockMinutes}m`,
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const keep = (chunk) => (this.output = (this.output + chunk).slice(-OUTPUT_KEPT));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    void this.ended.then(({ code, signal }) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.leave();
      this.onUnexpectedEnd(this, code ?? signal);
    });
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (this.#child === child && !(await this.isReady())) {
      if (performance.now() > deadline)
        throw new Error(`${this.name} did not start: ${this.output}`);
      await sleep(25);
    }
    if (this.#child === child) this.comeBack();
  }

  /** Whether `/health/<probe>` answers 200, asked directly and not through the wire. */
  async probe(probe, timeoutMs = 3_000) {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(`http://127.0.0.1:${this.port}/health/${probe}`, { signal });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  async isReady() {
    return (await this.probe('ready')) === 200;
  }

  /** Sends SIGKILL. */
  async kill() {
    this.leave();
    this.kills += 1;
    await this.#end('SIGKILL');
  }

  /** Sends SIGTERM, and resolves to the exit. */
  terminate() {
    this.leave();
    return this.#end('SIGTERM');
  }

  async #end(signal) {
    const child = this.#child;
    if (!child) return { code: null };
    this.#child = undefined;
    child.kill(signal);
    return this.ended;
  }

  /** From now on requests may go unanswered. */
  leave() {
    if (this.#absences.at(-1)?.to !== Infinity) {
      this.#absences.push({ from: performance.now(), to: Infinity });
    }
  }

  /** From now on every request must be answered. */
  comeBack() {
    const last = this.#absences.at(-1);
    if (last?.to === Infinity) last.to = performance.now();
  }

  /** Whether a request of that time may have gone unanswered. */
  wasAway(from, to) {
    return this.#absences.some((absence) => absence.from <= to && absence.to >= from);
  }

  async close() {
    await this.#end('SIGKILL');
    await Promise.all(this.#wires.map((wire) => wire.close()));
  }
}
