import { equalDigests, equalSecrets } from './constant-time-equality.js';

describe.each([
  ['equalDigests', equalDigests],
  ['equalSecrets', equalSecrets],
])('%s', (_, equal) => {
  it('holds for equal texts only, and never throws', () => {
    expect(equal('abc=', 'abc=')).toBe(true);
    expect(equal('', '')).toBe(true);
    for (const other of ['', 'abc', 'abc==', 'abd=', 'ABC=', 'ábc', '\u0161bc=', '\ud800']) {
      expect(equal(other, 'abc=')).toBe(false);
    }
  });
});
