// A seeded random number generator (mulberry32): the same seed gives the same numbers.

export function randomFrom(seed) {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low, high) => low + Math.floor(fraction() * (high - low + 1));
  const pick = (list) => list[between(0, list.length - 1)];
  return {
    fraction,
    between,
    pick,
    chance: (probability) => fraction() < probability,
    shuffled: (list) => {
      const left = [...list];
      return list.map(() => left.splice(between(0, left.length - 1), 1)[0]);
    },
  };
}
