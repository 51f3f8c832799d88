import { newPin, newVerifier } from '../secrets/random-values.js';
import { groupedPin, typedVerifier } from './verifier.js';

describe('RFC 5849 §2.2 a verifier that a person types', () => {
  it.each([
    'ACDEF34679',
    'acdef34679',
    'ACDEF-34679',
    'acdef 34679',
    ' ACDEF34679\n',
    'a c d e f-3 4 6 7 9',
    'ACDEF\u00a034679',
    'ACDEF\u201334679',
    'ACDEF\u201134679',
    'ACDEF\u221234679',
    'ACDE\u00adF34679',
  ])('%j is the code ACDEF34679', (typed) => {
    expect(typedVerifier(typed)).toBe('ACDEF34679');
  });

  it.each([
    '',
    'ACDEF3467',
    'ACDEF346790',
    'ACDEF3467B',
    'ACDEF_34679',
    'ACDEF.34679',
    `ACDEF34679${' '.repeat(60)}`,
    'aB-cD_eF'.repeat(4),
  ])('%j stays as it is', (sent) => {
    expect(typedVerifier(sent)).toBe(sent);
  });

  it('what is shown is what counts, and a verifier of a redirect is never changed', () => {
    for (let n = 0; n < 100; n += 1) {
      const [pin, verifier] = [newPin(), newVerifier()];
      expect(groupedPin(pin)).toMatch(/^\w{5}-\w{5}$/);
      expect(typedVerifier(groupedPin(pin).toLowerCase())).toBe(pin);
      expect([groupedPin(verifier), typedVerifier(verifier)]).toEqual([verifier, verifier]);
    }
  });
});
