// What was asked for: `--name value`, or `npm run test:faults --name value`, which npm passes on in the
// environment.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { KIND_NAMES } from './schedule.mjs';

const OPTIONS = {
  seed: { type: 'string' },
  minutes: { type: 'string', default: '3' },
  only: { type: 'string', default: '' },
  json: { type: 'string', default: '.cache/faults/result.json' },
  counts: { type: 'string' },
};

/** @throws Error that says how to ask */
export function optionsFrom(args, env) {
  const fromNpm = Object.keys(OPTIONS).flatMap((name) => {
    const value = env[`npm_config_${name}`];
    // npm's own --json is a flag.
    return value && value !== 'true' ? [`--${name}=${value}`] : [];
  });
  const { values } = parseArgs({ args: [...fromNpm, ...args], options: OPTIONS });
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  const minutes = Number(values.minutes);
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.filter((name) => !KIND_NAMES.includes(name));
  if (!Number.isInteger(seed) || !(minutes > 0) || unknown.length > 0) {
    throw new Error(
      'npm run test:faults -- [--seed N] [--minutes M] [--only KIND,…] [--json FILE] [--counts FILE]; ' +
        `kinds are ${KIND_NAMES.join(', ')}`,
    );
  }
  return { seed, minutes, only, json: values.json, counts: values.counts };
}
