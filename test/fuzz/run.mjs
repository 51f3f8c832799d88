// `npm run test:fuzz`: the long random tests. With names as arguments it runs only those parts:
//
//     npm run test:fuzz -- differential http --seed 7
import { spawnSync } from 'node:child_process';

const PARTS = {
  properties: {
    count: '1000000',
    countSetting: 'PROPERTY_CASES',
    seedSetting: 'PROPERTY_SEED',
    files: ['src/protocol/'],
  },
  differential: {
    count: '100000',
    countSetting: 'DIFFERENTIAL_REQUESTS',
    seedSetting: 'DIFFERENTIAL_SEED',
    files: ['test/differential/oauthlib.spec.ts'],
  },
  http: {
    count: '1000000',
    countSetting: 'FUZZ_REQUESTS',
    seedSetting: 'FUZZ_SEED',
    files: ['test/fuzz/malformed-requests.spec.ts'],
  },
};
const TEST_TIMEOUT_MS = 3_600_000;

const words = process.argv.slice(2).filter((word) => word !== '--');
const seedAt = words.indexOf('--seed');
const [, seedText] = seedAt < 0 ? [] : words.splice(seedAt, 2);
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31));
const unknown = words.filter((word) => !(word in PARTS));
if (unknown.length > 0 || !Number.isSafeInteger(seed)) {
  console.error(`usage: npm run test:fuzz -- [${Object.keys(PARTS).join('] [')}] [--seed N]`);
  process.exit(2);
}

const outcomes = (words.length > 0 ? words : Object.keys(PARTS)).map((name) => {
  const { count, countSetting, seedSetting, files } = PARTS[name];
  const env = { [countSetting]: count, [seedSetting]: String(seed), ...process.env };
  const startedAt = performance.now();
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--runInBand', `--testTimeout=${TEST_TIMEOUT_MS}`, ...files],
    { stdio: 'inherit', env },
  );
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const cases = Number(env[countSetting]).toLocaleString('en');
  const outcome = status === 0 ? 'passed' : 'FAILED';
  return { status, line: `${name}: ${cases} cases, seed ${seed}, ${outcome} in ${seconds} s` };
});

console.log(`Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`);
for (const { line } of outcomes) console.log(line);
process.exitCode = outcomes.every(({ status }) => status === 0) ? 0 : 1;
