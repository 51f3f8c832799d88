// Everything that the faults break and the load uses: PostgreSQL, two replicas, the receiver of their events, the
// wires between them, and the ledger of what they acknowledged.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Balancer } from './balancer.mjs';
import { Client } from './client.mjs';
import { Database } from './database.mjs';
import { Inquiry } from './inquiry.mjs';
import { Lag } from './lag.mjs';
import { Ledger } from './ledger.mjs';
import { NonceStore } from './nonce-store.mjs';
import { Receiver } from './receiver.mjs';
import { Replica } from './replica.mjs';
import { ADMIN_API_KEY, echo } from './requests.mjs';
import { mountSmallDisk } from './small-disk.mjs';

const TURNS_WITHIN_MS = 2_000;
const BACK_WITHIN_MS = 5_000;
/** A nonce store that may have lost claims needs the end of all leases and a new epoch. */
const FORGETFUL_BACK_WITHIN_MS = 10_000;
const LIVE_WITHIN_MS = 2_000;

export class World {
  client = new Client();
  lag = new Lag();
  database = new Database();
  /** The longest times until readiness changed, in milliseconds. */
  slowest = { unreadyMs: 0, backMs: 0 };
  #isBalanced = false;
  #isOpen = true;

  /** @param withNonceStore whether nonces are claimed in a Redis */
  constructor({ random, findings, ledgerPath, withNonceStore }) {
    Object.assign(this, { random, findings, ledger: new Ledger(ledgerPath) });
    this.receiver = new Receiver(findings);
    this.nonceStore = withNonceStore ? new NonceStore() : undefined;
    this.inquiry = new Inquiry(this.client, this.ledger, findings, this.lag, this.nonceStore);
  }

  async open() {
    const { disk, reason } = mountSmallDisk();
    Object.assign(this, { disk, noDisk: reason });
    await this.database.start();
    await this.database.create(disk);
    await this.nonceStore?.open();
    await this.receiver.open();
    this.serviceEnv = {
      ADMIN_API_KEY,
      SECRET_KEYS: `faults:${randomBytes(32).toString('base64')}`,
      SHUTDOWN_DELAY_SECONDS: '2',
      SWEEP_INTERVAL_SECONDS: '5',
      ...this.receiver.env,
    };
    const onUnexpectedEnd = (replica, how) =>
      this.findings.report('I6', `${replica.name} ended by itself: ${how}`, {
        output: replica.output,
      });
    const { database, nonceStore, serviceEnv: env } = this;
    this.replicas = ['A', 'B'].map(
      (name) => new Replica(name, { database, nonceStore, env, onUnexpectedEnd }),
    );
    this.balancer = new Balancer(this.replicas);
    await Promise.all(this.replicas.map((replica) => replica.open()));
    await this.balancer.open();
    this.watching = this.replicas.map((replica) => this.#watch(replica));
  }

  /** The target of the next request: usually a replica that is up, as a load balancer would choose. */
  route() {
    if (this.#isBalanced) return this.balancer;
    const there = this.replicas.filter((replica) => !replica.wasAway(performance.now(), Infinity));
    return this.random.pick(there.length > 0 && this.random.chance(0.95) ? there : this.replicas);
  }

  /** Does the work while all requests go through the balancer. None of them may fail. */
  async withoutFailure(work) {
    this.#isBalanced = true;
    await sleep(300);
    await work();
    await sleep(300);
    this.#isBalanced = false;
  }

  /** At least one of the replicas. */
  someReplicas() {
    return this.random.chance(0.5) ? this.replicas : [this.random.pick(this.replicas)];
  }

  /** Checks that each replica refuses the token (invariant I4). */
  async mustBeRefused(token, refusals, replicas = this.replicas) {
    await Promise.all(
      replicas.map((replica) =>
        this.inquiry.ask('echo', replica, echo(replica, token), { refusals, mustRefuse: 'I4' }),
      ),
    );
  }

  /** The database has been unreachable since then: readiness must turn within two seconds. */
  async turnsUnready(replicas, since) {
    const turn = async (replica) => {
      while (await replica.isReady()) {
        if (performance.now() - since > 2 * TURNS_WITHIN_MS) break;
        await sleep(20);
      }
      const tookMs = Math.round(performance.now() - since);
      this.slowest.unreadyMs = Math.max(this.slowest.unreadyMs, tookMs);
      const allowed = TURNS_WITHIN_MS + this.lag.since(since);
      this.findings.expect('I7', tookMs <= allowed, `${replica.name} still said ready`, { tookMs });
    };
    await Promise.all(replicas.map(turn));
  }

  /** The fault ended then: readiness must be back within five seconds, or ten if claims may be lost. */
  recovers = async (since = performance.now()) => {
    const within = this.nonceStore?.isForgetting() ? FORGETFUL_BACK_WITHIN_MS : BACK_WITHIN_MS;
    const back = async (replica) => {
      while (!(await replica.isReady())) {
        if (performance.now() - since > 4 * within) break;
        await sleep(20);
      }
      const tookMs = Math.round(performance.now() - since);
      this.slowest.backMs = Math.max(this.slowest.backMs, tookMs);
      const allowed = within + this.lag.since(since);
      this.findings.expect('I7', tookMs <= allowed, `${replica.name} was not ready again`, {
        tookMs,
        output: replica.output,
      });
    };
    await Promise.all(this.replicas.map(back));
  };

  /** Checks liveness as long as the run lasts. */
  async #watch(replica) {
    while (this.#isOpen) {
      const { pid } = replica;
      const askedAt = performance.now();
      const status = await replica.probe('live', LIVE_WITHIN_MS + 1_000);
      const wasThere = pid !== undefined && pid === replica.pid;
      if (wasThere && !replica.wasAway(askedAt, performance.now())) {
        const late = performance.now() - askedAt - this.lag.since(askedAt) > LIVE_WITHIN_MS;
        this.findings.expect('I7', status === 200 && !late, `${replica.name} did not live`, {
          status,
        });
      }
      await sleep(250);
    }
  }

  async close() {
    this.#isOpen = false;
    const quietly = (task) => Promise.resolve(task).catch(() => undefined);
    await Promise.all((this.watching ?? []).map(quietly));
    await quietly(this.balancer?.close());
    await Promise.all((this.replicas ?? []).map((replica) => quietly(replica.close())));
    await quietly(this.nonceStore?.close());
    await quietly(this.receiver.close());
    await quietly(this.database.close());
    this.disk?.unmount();
    this.client.close();
    this.lag.close();
    await this.ledger.close();
  }
}
