// A client without credentials that overloads the service.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../../bench/rig.mjs';

/** Below the limit of a listener, so that no connection of the load is turned away. */
const CONNECTIONS = 200;

/**
 * Pipelined requests, expensive bodies, half bodies, unread responses, and many readiness probes, at one replica or
 * both, for some seconds.
 */
export const overload = {
  name: 'overload',
  weight: 2,
  async strike(world) {
    const replicas = world.someReplicas();
    const seconds = world.random.between(3, 6);
    const counts = await Promise.all(replicas.map(({ port }) => attack(port, seconds)));
    const told = counts.map(({ opened, answered }) => `${opened} connections, ${answered} answers`);
    return `of ${replicas.map(({ name }) => name).join(' and ')} for ${seconds} s: ${told.join('; ')}`;
  },
};

function attack(port, seconds) {
  const child = fork(join(ROOT, 'bench/stranger.mjs'));
  child.send({ port, connections: CONNECTIONS, seconds });
  let counts = {};
  child.once('message', (told) => (counts = told));
  return new Promise((resolve) => {
    child.once('exit', () => resolve(counts));
  });
}
