import { rateLimitKey } from './rate-limit-key.js';

describe('who counts as one visitor', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::'],
    ['fe80::1%eth0', 'fe80::'],
    // What can't be read is not one visitor: each such text is one.
    ['_hidden', 'text:_hidden'],
    ['017700000001', 'text:017700000001'],
    [`_${'x'.repeat(5000)}`, `text:_${'x'.repeat(63)}`],
    [undefined, 'unknown'],
  ])('%s is %s', (address, visitor) => {
    expect(rateLimitKey(address)).toBe(visitor);
  });
});
