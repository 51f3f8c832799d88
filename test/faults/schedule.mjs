// The order of the faults: first each kind once, then random kinds by weight, from the seed.
import { migration, roll } from './kinds/changes.mjs';
import * as network from './kinds/network.mjs';
import * as nonceStore from './kinds/nonce-store.mjs';
import * as processes from './kinds/processes.mjs';
import { receiverTrouble } from './kinds/receiver.mjs';
import { fullDisk, lockWait, noConnections } from './kinds/resources.mjs';
import { overload } from './kinds/strangers.mjs';

/**
 * A kind of fault: `strike(world)` causes and ends it, and returns a description, or `{ detail, wellSince }` if the
 * fault was over earlier. `needs(world)` says why it is impossible here. `isOfNonceStore`: only with a nonce store.
 */
const KINDS = [
  ...Object.values(processes),
  ...Object.values(network),
  ...Object.values(nonceStore),
  noConnections,
  lockWait,
  fullDisk,
  overload,
  receiverTrouble,
  roll,
  migration,
];

export const KIND_NAMES = KINDS.map(({ name }) => name);

/** Whether one of these kinds needs a nonce store. */
export const needNonceStore = (names) =>
  KINDS.some(({ name, isOfNonceStore }) => isOfNonceStore && names.includes(name));

const kindsOf = ({ nonceStore: store }) =>
  KINDS.filter(({ isOfNonceStore }) => store || !isOfNonceStore);

/**
 * @param only names of kinds to choose from; empty: all
 * @param isOver whether the time is up; each kind comes once in any case
 */
export function* schedule(world, only, isOver) {
  const wanted = kindsOf(world).filter(({ name }) => only.length === 0 || only.includes(name));
  const possible = wanted.filter(({ needs }) => needs?.(world) === undefined);
  yield* world.random.shuffled(possible);
  const drawn = possible.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  while (!isOver()) yield world.random.pick(drawn);
}

/** The kinds that are impossible here, and why. */
export const missing = (world) =>
  kindsOf(world).flatMap(({ name, needs }) => {
    const why = needs?.(world);
    return why === undefined ? [] : [{ name, why }];
  });
