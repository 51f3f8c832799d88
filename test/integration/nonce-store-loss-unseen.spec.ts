import { describeWith, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { replicate } from '../support/redis-server.js';
import {
  evictClaims,
  expectForgotten,
  startLossyStore,
  type LossyStore,
} from '../support/lossy-store.js';

describeWith(
  [REDIS],
  'contract section 12: a claim that could have been lost while the service was down',
  () => {
    let store: LossyStore;
    beforeEach(async () => {
      store = await startLossyStore();
    });
    afterEach(() => store.stop());

    it('by a fail-over to a replica that was behind: never accepted again', async () => {
      const { primary, replica } = store;
      await replica.command('REPLICAOF', '127.0.0.1', '1');
      const requests = await store.accepted();
      await store.stopService();
      await primary.kill();
      await replica.command('REPLICAOF', 'NO', 'ONE');
      await store.startService();
      await expectForgotten(store, requests);
    });

    it('by a fail-over and back, so that the process is the one that it was', async () => {
      const { primary, replica } = store;
      await replica.command('REPLICAOF', '127.0.0.1', '1');
      const requests = await store.accepted();
      await store.stopService();
      await replica.command('REPLICAOF', 'NO', 'ONE');
      await replicate(primary, replica);
      await primary.command('REPLICAOF', 'NO', 'ONE');
      await replicate(replica, primary);
      await store.startService();
      await expectForgotten(store, requests);
    });

    it('by a start of the store without its data', async () => {
      const requests = await store.accepted();
      await store.stopService();
      await store.replica.kill();
      await store.primary.kill();
      await store.primary.start();
      await store.startService();
      await expectForgotten(store, requests);
    });

    it('by a spell of a maxmemory-policy that drops claims', async () => {
      const requests = await store.accepted();
      await store.stopService();
      await evictClaims(store);
      await store.startService();
      await expectForgotten(store, requests);
    });

    it("by any of these, while the database's clock went back", async () => {
      const requests = await store.accepted();
      await store.stopService();
      await setBack(store, 30);
      await store.primary.command('FLUSHALL');
      await store.startService();
      await expectForgotten(store, requests);
    });

    it('is told as such at once where the horizon lies far ahead', async () => {
      await store.stopService();
      await store.database.query(
        'UPDATE nonce_store SET forgotten_before = extract(epoch FROM now())::bigint + 3600',
      );
      await store.startService();
      const problem = await eventually(
        () => store.problemOf(store.sign()),
        (one) => one !== undefined,
      );
      expect(problem).toBe('timestamp_refused');
    });

    it('but while nothing was lost, nothing is forgotten', async () => {
      const requests = await store.accepted();
      await store.stopService();
      await store.startService();
      expect(await store.problemOf(requests[0])).toBe('nonce_used');
      expect(await store.replay(requests)).toEqual(new Set([401]));
    });
  },
);

/** Sets the database's clock back by this many seconds for all new sessions. */
async function setBack({ database }: LossyStore, seconds: number): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() - make_interval(secs => ${seconds})'`);
  await database.query(`ALTER DATABASE ${name} SET search_path = public, pg_catalog`);
}
