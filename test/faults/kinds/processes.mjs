// Killed processes, restarts, and wrong clocks.
import { setTimeout as sleep } from 'node:timers/promises';
import { FAKETIME } from '../replica.mjs';

const CLOCKS_MINUTES = [0, 0, 10, -10];

const someClock = ({ random }) => (FAKETIME ? random.pick(CLOCKS_MINUTES) : 0);

/** Kills one or both replicas; sometimes again during the start. */
export const replicaKill = {
  name: 'replica-kill',
  weight: 52,
  async strike(world) {
    const { random } = world;
    const replicas = random.chance(0.3) ? world.replicas : [random.pick(world.replicas)];
    const killOnce = async (replica) => {
      await replica.kill();
      await sleep(random.between(0, 200));
    };
    await Promise.all(replicas.map(killOnce));
    const again = random.chance(0.4);
    if (again) {
      const starts = replicas.map((replica) => replica.start());
      await sleep(random.between(50, 1_500));
      await Promise.all(replicas.map(killOnce));
      await Promise.all(starts);
    }
    const clocks = replicas.map(() => someClock(world));
    await Promise.all(replicas.map((replica, index) => replica.start(clocks[index])));
    const names = replicas.map(({ name }) => name).join(', ');
    return `${names}${again ? ', and in the start' : ''} (clocks ${clocks.join(', ')} min)`;
  },
};

/** Kills the postmaster; sometimes also a replica, sometimes for longer. */
export const postgresKill = {
  name: 'postgres-kill',
  weight: 24,
  async strike(world) {
    const { database, random, replicas } = world;
    const since = performance.now();
    await database.killPostmaster();
    const isLong = random.chance(0.3);
    const alsoReplica = !isLong && random.chance(0.3);
    if (alsoReplica) await random.pick(replicas).kill();
    if (isLong) await world.turnsUnready(replicas, since);
    else await sleep(random.between(0, 300));
    await database.start();
    await database.untilUp();
    const wellSince = performance.now();
    await Promise.all(replicas.map((replica) => !replica.isUp && replica.start(someClock(world))));
    return {
      detail: `down ${Math.round(wellSince - since)} ms${alsoReplica ? ', a replica too' : ''}`,
      // The start of the replica takes longer than the recovery of the database.
      wellSince: alsoReplica ? undefined : wellSince,
    };
  },
};

/** Kills one backend: the server drops all connections and recovers by itself. */
export const backendKill = {
  name: 'backend-kill',
  weight: 3,
  async strike({ database, random }) {
    const killed = await database.killBackend(random);
    await database.untilUp();
    return killed ? '' : 'there was none';
  },
};

/** An orderly restart of PostgreSQL. */
export const postgresRestart = {
  name: 'postgres-restart',
  weight: 2,
  async strike(world) {
    const since = performance.now();
    await world.database.stop();
    if (world.random.chance(0.5)) await world.turnsUnready(world.replicas, since);
    await world.database.start();
    await world.database.untilUp();
    return `down ${Math.round(performance.now() - since)} ms`;
  },
};

/** The clocks of the replicas differ by twenty minutes, until a replica is restarted. */
export const clocksApart = {
  name: 'clocks-apart',
  weight: 1,
  needs: () => (FAKETIME ? undefined : 'Debian package faketime is not installed'),
  async strike(world) {
    const [early, late] = world.random.shuffled(world.replicas);
    await Promise.all([early.kill(), late.kill()]);
    await Promise.all([early.start(-10), late.start(10)]);
    await sleep(1_000);
    return `${early.name} -10 min, ${late.name} +10 min`;
  },
};
