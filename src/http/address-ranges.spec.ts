import { AddressRanges } from './address-ranges.js';

describe('addresses and CIDRs', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.7'],
    ['192.0.2.0/24', '::ffff:192.0.2.7'],
    ['192.0.2.7', '::ffff:c000:207'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:127.0.0.0/104', '127.1.2.3'],
    ['::ffff:127.0.0.0/104', '::ffff:127.1.2.3'],
    ['::ffff:0:0/96', '198.51.100.1'],
    ['::FFFF:7f00:1/128', '127.0.0.1'],
    ['2001:db8::/32', '2001:DB8:1::1'],
    ['0.0.0.0/0', '198.51.100.1'],
  ])('%s holds %s', (range, address) => {
    expect(new AddressRanges([range]).contains(address)).toBe(true);
  });

  it.each([
    ['::ffff:127.0.0.0/104', '128.0.0.1'],
    ['::ffff:127.0.0.0/104', '::7f00:1'],
    ['192.0.2.0/24', '192.0.3.1'],
    ['::/0', '192.0.2.1'],
    ['0.0.0.0/0', '::1'],
    ['192.0.2.0/24', 'unknown'],
    ['192.0.2.0/24', ''],
    ['192.0.2.0/24', '192.0.2.7:80'],
    ['192.0.2.0/24', undefined],
  ])('%s does not hold %s', (range, address) => {
    expect(new AddressRanges([range]).contains(address)).toBe(false);
  });
});
