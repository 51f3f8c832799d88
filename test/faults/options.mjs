// The command line options.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { KIND_NAMES, needNonceStore } from './schedule.mjs';

const OPTIONS = {
  seed: { type: 'string' },
  minutes: { type: 'string', default: '3' },
  only: { type: 'string', default: '' },
  json: { type: 'string', default: '.cache/faults/result.json' },
  counts: { type: 'string' },
  'nonce-store': { type: 'boolean' },
};

const USAGE =
  'npm run test:faults -- [--seed N] [--minutes M] [--only KIND,…] [--[no-]nonce-store] [--json FILE] [--counts FILE]; ' +
  `kinds are ${KIND_NAMES.join(', ')}`;

/**
 * Without the first `--`, npm puts the option names into the environment and passes only the values: first the seed,
 * then the minutes.
 */
function withNamesFromNpm(args, env) {
  const kept = ['seed', 'minutes'].map((name) => [name, env[`npm_config_${name}`]]);
  const values = [...args];
  const given = kept.flatMap(([name, value]) => {
    if (!value) return [];
    return [`--${name}=${value === 'true' ? values.shift() : value}`];
  });
  return [...given, ...values];
}

/** @throws Error with the usage */
export function optionsFrom(args, env) {
  try {
    const { values } = parseArgs({
      args: withNamesFromNpm(args, env),
      options: OPTIONS,
      allowNegative: true,
    });
    const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
    const minutes = Number(values.minutes);
    const only = values.only.split(',').filter(Boolean);
    const unknown = only.filter((name) => !KIND_NAMES.includes(name));
    const isNeeded = needNonceStore(only);
    const { 'nonce-store': withNonceStore = isNeeded, json, counts } = values;
    const isTold = Number.isInteger(seed) && minutes > 0 && unknown.length === 0;
    if (isTold && (withNonceStore || !isNeeded)) {
      return { seed, minutes, only, withNonceStore, json, counts };
    }
  } catch (error) {
    throw new Error(`${error.message}\n${USAGE}`, { cause: error });
  }
  throw new Error(USAGE);
}
