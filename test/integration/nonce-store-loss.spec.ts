import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import {
  evictClaims,
  expectForgotten,
  startLossyStore,
  type LossyStore,
} from '../support/lossy-store.js';
import { startSentinel } from '../support/redis-server.js';

describeWith([REDIS], 'contract section 12: a claim that could have been lost', () => {
  let store: LossyStore;
  beforeEach(async () => {
    store = await startLossyStore();
  });
  afterEach(() => store.stop());

  it('by a fail-over to a replica that was behind: never accepted again', async () => {
    const { primary, replica } = store;
    await replica.command('REPLICAOF', '127.0.0.1', '1');
    const requests = await store.accepted();
    await primary.kill();
    await replica.command('REPLICAOF', 'NO', 'ONE');
    await expectForgotten(store, requests);
  });

  it('by a fail-over that Sentinel makes: neither', async () => {
    const { primary, replica } = store;
    const sentinel = await startSentinel(primary);
    try {
      await replica.command('REPLICAOF', '127.0.0.1', '1');
      const requests = await store.accepted();
      await primary.kill();
      await expectForgotten(store, requests);
      expect(await replica.command('ROLE')).toContain('master');
    } finally {
      await sentinel.stop();
    }
  });

  it('by FLUSHALL: neither', async () => {
    const requests = await store.accepted();
    await store.primary.command('FLUSHALL');
    await expectForgotten(store, requests);
  });

  it('by a spell of a maxmemory-policy that drops claims, and nobody can tell how many: neither', async () => {
    const requests = await store.accepted();
    await evictClaims(store, async () => {
      // A 503 could also come from a full store, so wait until the epoch has ended.
      await eventually(
        () => store.database.query(`SELECT FROM nonce_store WHERE primaries = '{}'`),
        (ended) => ended.length === 1,
      );
      await store.primary.command('CONFIG', 'RESETSTAT');
    });
    await expectForgotten(store, requests);
  });

  it('is not accepted by a service that reaches another primary', async () => {
    const other = await store.startAt(store.replica.url);
    try {
      let [accepted, both] = [0, 0];
      for (let n = 0; n < 300; n += 1) {
        if (n === 20) await store.replica.command('REPLICAOF', 'NO', 'ONE');
        const request = store.sign();
        const here = await store.sendTo(store.service(), request);
        const there = await store.sendTo(other, request);
        const times = [here, there].filter(({ status }) => status === 200).length;
        if (times > 0) accepted += 1;
        if (times > 1) both += 1;
        await sleep(15);
      }
      expect(accepted).toBeGreaterThanOrEqual(20);
      expect(both).toBe(0);
    } finally {
      await other.stop(0);
    }
  });
});
