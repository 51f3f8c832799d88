import type { InteropCase } from './cases.js';
import { outcomeOf } from './outcome.js';

const wanted: InteropCase = {
  name: 'x',
  method: 'GET',
  query: 'b=1&a=2&a=1',
  verified: [
    ['b', '1'],
    ['a', '2'],
    ['a', '1'],
  ],
};

function echoed(...parameters: [string, string][]) {
  return outcomeOf(wanted, { status: 200, body: JSON.stringify({ method: 'GET', parameters }) });
}

describe('the outcome of a case', () => {
  it('is served if echo verified what was meant, whatever the order of different names', () => {
    expect(echoed(['b', '1'], ['a', '2'], ['a', '1'])).toBe('served');
    expect(echoed(['a', '2'], ['a', '1'], ['b', '1'])).toBe('served');
  });

  it('is what was sent instead, if values changed their order, were lost, or were added', () => {
    for (const parameters of [
      [
        ['b', '1'],
        ['a', '1'],
        ['a', '2'],
      ],
      [
        ['b', '1'],
        ['a', '2'],
      ],
      [
        ['b', '1'],
        ['a', '2'],
        ['a', '1'],
        ['c', ''],
      ],
    ] as [string, string][][]) {
      expect(echoed(...parameters)).toEqual({ sentInstead: parameters });
    }
  });

  it('is the refusal’s status and problem, or what came in its place', () => {
    const body = 'oauth_problem=nonce_used&oauth_problem_advice=x';
    expect(outcomeOf(wanted, { status: 401, body })).toEqual({ refused: [401, 'nonce_used'] });
    const hinted = 'oauth_problem=signature_invalid&oauth_signature_hint=not_sorted';
    expect(outcomeOf(wanted, { status: 401, body: hinted })).toEqual({
      refused: [401, 'signature_invalid', 'not_sorted'],
    });
    expect(outcomeOf(wanted, { status: 500, body: 'Oh' })).toEqual({ refused: [500, 'Oh'] });
  });

  it('is the reason where the client can’t say it', () => {
    expect(outcomeOf(wanted, { status: 'unable', body: 'why' })).toEqual({ unable: 'why' });
  });

  it('is an error where another method arrived', () => {
    const body = JSON.stringify({ method: 'POST', parameters: [] });
    expect(() => outcomeOf(wanted, { status: 200, body })).toThrow('sent by POST');
  });
});
