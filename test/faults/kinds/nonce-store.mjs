// A nonce store that dies, loses data, is full, or is unreachable.
import { setTimeout as sleep } from 'node:timers/promises';

const namesOf = (replicas) => replicas.map(({ name }) => name).join(', ');

/** Waits until the service has recovered and both servers run. */
async function begin({ nonceStore, recovers }) {
  await nonceStore.harming(() => nonceStore.makeWhole());
  await recovers();
}

/** Kills the primary and promotes its replica, which usually lags behind. */
export const redisKill = {
  name: 'redis-kill',
  weight: 6,
  isOfNonceStore: true,
  async strike(world) {
    const { nonceStore, random } = world;
    await begin(world);
    const isBehind = random.chance(0.7);
    const behindMs = random.between(100, 1_500);
    const pauseMs = random.between(0, 1_000);
    const wellSince = await nonceStore.harming(async () => {
      if (isBehind) {
        await nonceStore.cutReplicaOff();
        await sleep(behindMs);
      }
      await nonceStore.killPrimary();
      await sleep(pauseMs);
      await nonceStore.promote();
      return performance.now();
    });
    const detail = isBehind ? `the replica ${behindMs} ms behind` : 'the replica at its heels';
    return { detail: `${detail}, promoted after ${pauseMs} ms`, wellSince };
  },
};

/** Kills the primary and restarts it without its data. */
export const redisRestart = {
  name: 'redis-restart',
  weight: 2,
  isOfNonceStore: true,
  async strike(world) {
    const { nonceStore, random } = world;
    await begin(world);
    const pauseMs = random.between(0, 1_000);
    await nonceStore.harming(() => nonceStore.restartPrimary(pauseMs));
    return `down for ${pauseMs} ms`;
  },
};

/** The store has no memory for a new claim; existing claims stay. */
export const redisFull = {
  name: 'redis-full',
  weight: 2,
  isOfNonceStore: true,
  async strike(world) {
    const { nonceStore, random, replicas } = world;
    await begin(world);
    const since = performance.now();
    await nonceStore.setFull(true);
    await world.turnsUnready(replicas, since);
    await sleep(random.between(0, 1_500));
    await nonceStore.setFull(false);
    return `${Math.round(performance.now() - since)} ms`;
  },
};

/**
 * The store is silent for some replicas of the service; or each replica of the service reaches another server, and
 * both servers are primaries.
 */
export const redisBlackhole = {
  name: 'redis-blackhole',
  weight: 3,
  isOfNonceStore: true,
  async strike(world) {
    await begin(world);
    return world.random.chance(0.4) ? split(world) : silence(world);
  },
};

async function silence(world) {
  const { random } = world;
  const replicas = world.someReplicas();
  const since = performance.now();
  const links = replicas.flatMap(({ storeLinks }) => storeLinks);
  links.forEach((link) => link.stall());
  await world.turnsUnready(replicas, since);
  await sleep(random.between(0, 2_000));
  const isBroken = random.chance(0.5);
  for (const link of links) {
    if (isBroken) link.cut();
    link.mend();
  }
  const silentMs = Math.round(performance.now() - since);
  return `${namesOf(replicas)}, ${silentMs} ms, then ${isBroken ? 'broken' : 'mended'}`;
}

async function split({ nonceStore, random, replicas }) {
  const ms = random.between(1_000, 5_000);
  await nonceStore.harming(async () => {
    replicas.forEach(({ storeLinks }, index) => {
      const other = storeLinks[1 - index];
      other.refusing = true;
      other.cut();
    });
    await nonceStore.cutReplicaOff();
    await nonceStore.promote();
    await sleep(ms);
    await nonceStore.demote();
    for (const link of replicas.flatMap(({ storeLinks }) => storeLinks)) link.mend();
  });
  return `two primaries for ${ms} ms, each reached by one replica`;
}
