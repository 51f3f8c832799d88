import { describeWith, REDIS } from '../support/debian-tools.js';
import { replicate } from '../support/redis-server.js';
import { expectForgotten, startLossyStore, type LossyStore } from '../support/lossy-store.js';

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

    it('but while nothing was lost, nothing is forgotten', async () => {
      const requests = await store.accepted();
      await store.stopService();
      await store.startService();
      expect(await store.problemOf(requests[0])).toBe('nonce_used');
      expect(await store.replay(requests)).toEqual(new Set([401]));
    });
  },
);
