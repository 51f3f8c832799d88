import { generateKeyPairSync } from 'node:crypto';
import { Random } from '../fuzz/random.js';
import { describeWith } from '../support/debian-tools.js';
import { wireOf } from './draft.js';
import { differenceBetween, type Judgement } from './judgement.js';
import { mutate } from './mutation.js';
import { OAUTHLIB, OauthlibOracle } from './oracle.js';
import { ourJudgement } from './our-judgement.js';
import { randomDraft } from './random-request.js';
import { REASONS, reasonFor } from './reasons.js';
import { sentValue, type Specimen } from './wire-request.js';

// `npm test` always tries the same requests, `npm run test:fuzz` 100,000 others. DIFFERENTIAL_SEED repeats a run,
// except for the RSA signatures, whose key is new. Each request has its own random numbers.
const REQUESTS = Number(process.env['DIFFERENTIAL_REQUESTS'] ?? 3_000);
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 5_849);
const BATCH = 500;
const SHOWN = 10;

const title = `${REQUESTS} random signed requests, judged by oauthlib too (DIFFERENTIAL_SEED=${SEED})`;
describeWith([OAUTHLIB], title, () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const counts = new Map<string, number>();
  const unexplained: unknown[] = [];
  const refusedByUs: unknown[] = [];
  let seconds = 0;

  beforeAll(async () => {
    const oracle = await OauthlibOracle.start(publicKey);
    const startedAt = performance.now();
    try {
      for (let left = REQUESTS; left > 0; left -= BATCH) {
        const specimens = Array.from({ length: Math.min(left, BATCH) }, (_, n) =>
          randomSpecimen(new Random(SEED * 1_000_003 + left - n)),
        );
        const theirs = await oracle.judge(specimens);
        specimens.forEach((specimen, n) => compare(specimen, theirs[n] as Judgement));
      }
    } finally {
      await oracle.stop();
    }
    seconds = (performance.now() - startedAt) / 1000;
  }, 3_600_000);
  afterAll(() => {
    if (process.env['DIFFERENTIAL_REQUESTS'] === undefined) return;
    const lines = [...counts].sort().map(([what, count]) => `  ${what}: ${count}`);
    process.stdout.write(
      `${REQUESTS} requests, DIFFERENTIAL_SEED=${SEED}, in ${seconds.toFixed(0)} s\n${lines.join('\n')}\n`,
    );
  });

  function randomSpecimen(random: Random): Specimen {
    const { draft, credentials } = randomDraft(random, privateKey);
    if (!random.chance(2)) return { request: wireOf(draft), credentials, mutations: [] };
    return { ...mutate(random, draft, wireOf), credentials };
  }

  function compare(specimen: Specimen, theirs: Judgement): void {
    const { request, credentials, mutations } = specimen;
    const ours = ourJudgement(request, credentials, publicKey);
    if (mutations.length === 0 && ours.verdict !== 'genuine' && refusedByUs.length < SHOWN) {
      refusedByUs.push({ specimen, ours });
    }
    const difference = differenceBetween(ours, theirs);
    if (difference === undefined) {
      count(`agreed, ${ours.verdict}`);
      const place = request.authorization?.includes('oauth_')
        ? 'header'
        : request.target.includes('oauth_')
          ? 'query'
          : 'form';
      const method = sentValue(request, 'oauth_signature_method');
      if (ours.verdict === 'genuine') count(`agreed, genuine: ${method} in the ${place}`);
      return;
    }
    const reason = reasonFor(request, difference);
    count(`${difference}: ${reason?.name ?? 'NO REASON'}`);
    if (!reason && unexplained.length < SHOWN)
      unexplained.push({ difference, specimen, ours, theirs });
  }

  function count(what: string): void {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }

  const counted = (what: RegExp): number =>
    [...counts].reduce((sum, [key, value]) => (what.test(key) ? sum + value : sum), 0);

  it('get one verdict and one base string from both, or differ for a listed reason', () => {
    expect(unexplained).toEqual([]);
    expect(counted(/NO REASON/)).toBe(0);
  });

  it('are genuine to this service as they were signed, in whatever spelling and place', () => {
    expect(refusedByUs).toEqual([]);
  });

  it('are of all methods and places, genuine and not', () => {
    expect(counted(/^agreed, genuine$/)).toBeGreaterThan(REQUESTS / 4);
    expect(counted(/^agreed, not genuine$/)).toBeGreaterThan(REQUESTS / 20);
    expect(counted(/^agreed, malformed$/)).toBeGreaterThan(REQUESTS / 50);
    expect([...counts.keys()].filter((key) => key.startsWith('agreed, genuine: '))).toHaveLength(
      21,
    );
  });

  it('differ for every listed reason; a few requests do not meet the rarest', () => {
    const idle = REASONS.map(({ name }) => name).filter(
      (name) => ![...counts.keys()].some((key) => key.endsWith(`: ${name}`)),
    );
    expect(idle.slice(REQUESTS < 20_000 ? REASONS.length / 4 : 0)).toEqual([]);
  });
});
