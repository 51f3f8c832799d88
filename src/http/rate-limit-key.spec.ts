import { rateLimitKey } from './rate-limit-key.js';

describe('who counts as one visitor', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::'],
    ['not an address', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (address, visitor) => {
    expect(rateLimitKey(address)).toBe(visitor);
  });
});
