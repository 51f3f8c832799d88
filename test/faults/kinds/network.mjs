// Connections that are cut, slow or silent, and answers that are lost after the work was done.
import { setTimeout as sleep } from 'node:timers/promises';

const namesOf = (replicas) => replicas.map(({ name }) => name).join(', ');

/** The client's connection breaks when the reply arrives, after the work was done. */
export const replyCut = {
  name: 'reply-cut',
  weight: 2,
  async strike({ replicas, random }) {
    for (const replica of replicas) {
      replica.leave();
      for (const door of [replica.door, replica.adminDoor]) {
        door.swallowsAnswerTo = () => random.chance(0.3);
      }
    }
    const before = swallowedBy(replicas);
    await sleep(random.between(500, 1_200));
    for (const replica of replicas) {
      replica.door.mend();
      replica.adminDoor.mend();
    }
    // Requests in progress during the repair may still lose their answer.
    await sleep(200);
    replicas.forEach((replica) => replica.comeBack());
    return `${swallowedBy(replicas) - before} replies lost`;
  },
};

const swallowedBy = (replicas) =>
  replicas.reduce((sum, { door, adminDoor }) => sum + door.swallowed + adminDoor.swallowed, 0);

/** Names of prepared statements that write, and the ends of transactions. */
const WRITES = /claim-nonces|exchange-temporary|issue-temporary|revoke-own|settle-events|COMMIT/;

/** PostgreSQL executes the statement, and its answer never reaches the replica. */
export const commitCut = {
  name: 'commit-cut',
  weight: 3,
  async strike({ replicas, random }) {
    const before = replicas.reduce((sum, { link }) => sum + link.swallowed, 0);
    for (const { link } of replicas) {
      link.swallowsAnswerTo = (chunk) =>
        random.chance(0.3) && WRITES.test(chunk.toString('latin1'));
    }
    await sleep(random.between(500, 1_200));
    replicas.forEach(({ link }) => link.mend());
    const after = replicas.reduce((sum, { link }) => sum + link.swallowed, 0);
    return `${after - before} answers to writes lost`;
  },
};

/** Every chunk between replica and PostgreSQL is delayed. */
export const slowWire = {
  name: 'slow-wire',
  weight: 1,
  async strike(world) {
    const { random } = world;
    const replicas = world.someReplicas();
    const most = random.between(20, 300);
    for (const { link } of replicas) link.delayMs = () => random.between(0, most);
    await sleep(random.between(1_000, 2_000));
    replicas.forEach(({ link }) => link.mend());
    return `${namesOf(replicas)}, up to ${most} ms a chunk`;
  },
};

/** Connections to PostgreSQL break at random. */
export const lossyWire = {
  name: 'lossy-wire',
  weight: 2,
  async strike(world) {
    const { random } = world;
    const replicas = world.someReplicas();
    for (const { link } of replicas) link.breaks = () => random.chance(0.05);
    await sleep(random.between(800, 1_500));
    replicas.forEach(({ link }) => link.mend());
    return namesOf(replicas);
  },
};

/** All connections to PostgreSQL are cut and new ones refused. */
export const cutWire = {
  name: 'cut-wire',
  weight: 2,
  async strike(world) {
    const replicas = world.someReplicas();
    const since = performance.now();
    for (const { link } of replicas) {
      link.refusing = true;
      link.cut();
    }
    await world.turnsUnready(replicas, since);
    await sleep(world.random.between(0, 500));
    replicas.forEach(({ link }) => link.mend());
    return namesOf(replicas);
  },
};

/** Nothing gets through. Data arrives after the repair, or never if its connection broke. */
export const blackhole = {
  name: 'blackhole',
  weight: 3,
  async strike(world) {
    const { random } = world;
    const replicas = world.someReplicas();
    const since = performance.now();
    for (const { link } of replicas) link.stall();
    await world.turnsUnready(replicas, since);
    await sleep(random.between(0, 4_000));
    const isBroken = random.chance(0.5);
    for (const { link } of replicas) {
      if (isBroken) link.cut();
      link.mend();
    }
    const silentMs = Math.round(performance.now() - since);
    return `${namesOf(replicas)}, ${silentMs} ms, then ${isBroken ? 'broken' : 'mended'}`;
  },
};
