import fc from 'fast-check';
import { publicKey } from '../../../test/support/mistaken-signer.js';
import { propertyRuns } from '../../../test/support/property-runs.js';
import { randomRequests } from '../../../test/support/random-requests.js';
import { methods, mutantsOf, type Mutant } from '../../../test/support/signing-mistakes.js';
import { signatureMethodNamed } from '../signature-methods.js';
import type { HintCode } from './mistake.js';
import { MISTAKES } from './mistakes.js';
import { signatureHint } from './signature-hint.js';

const REQUESTS = 96;

const hintOf = ({ request, method, signature }: Mutant): HintCode | undefined =>
  signatureHint(request, {
    method: signatureMethodNamed(method)!,
    signature,
    rsaPublicKey: publicKey,
  })?.code;

/** Where two related mistakes sign the same to the letter, the likelier one is told. */
const isRight = (told: HintCode | undefined, made: HintCode): boolean =>
  told === made ||
  MISTAKES.find(({ code }) => code === told)?.likelierThan?.includes(made) === true;

describe('requests drawn at random, each signed with every mistake that shows in it', () => {
  const requests = fc.sample(randomRequests, { numRuns: REQUESTS, seed: propertyRuns.seed });
  const mutants = requests.flatMap((request, n) => [
    ...mutantsOf(`request ${n}`, request, methods[n % methods.length]!),
  ]);
  const told = mutants.map((mutant) => ({ ...mutant, hint: hintOf(mutant) }));

  it('are 2,000 at least, of every mistake, with the protocol parameters in every place', () => {
    expect(mutants.length).toBeGreaterThan(2_000);
    const made = new Set(mutants.map(({ code }) => code));
    expect(MISTAKES.map(({ code }) => code).filter((code) => !made.has(code))).toEqual([]);
    for (const place of ['header', 'query', 'form'] as const) {
      const there = requests.filter((request) =>
        request[place].some(([name]) => name === 'oauth_consumer_key'),
      );
      expect(there.length).toBeGreaterThan(5);
    }
  });

  it('are told the mistake in 98 % of the cases at least', () => {
    const none = told.filter(({ hint }) => hint === undefined).map(({ title }) => title);
    expect({ few: none.length <= mutants.length * 0.02, none }).toMatchObject({ few: true });
  });

  it('are told a wrong one in none', () => {
    const wrong = told
      .filter(({ hint, code }) => hint !== undefined && !isRight(hint, code))
      .map(({ title, hint }) => `${title}: ${hint}`);
    expect(wrong).toEqual([]);
  });
});
