import { AddressRanges } from './address-ranges.js';
import { addressInEntry, parseIpAddress } from './ip-address.js';

describe('the address in an entry of X-Forwarded-For', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:5123', '203.0.113.9'],
    ['2001:DB8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:1', '203.0.113.9'],
    // Nothing tells a port from a last group here, so that it is a group.
    ['2001:db8::1:443', '2001:db8::1:443'],
  ])('%s is %s', (entry, address) => expect(addressInEntry(entry)).toBe(address));

  it.each([
    '',
    'unknown',
    '_hidden',
    'localhost',
    '017700000001',
    '2130706433',
    '0x7f.0.0.1',
    '0300.0.2.1',
    '127.0.1',
    '127.1',
    '127.0.0.1.',
    '127.0.0.256',
    '127.0.0.1:',
    '127.0.0.1:123456',
    '127.0.0.1:x',
    '[127.0.0.1]:80',
    '[2001:db8::1]443',
    '[2001:db8::1',
    '[]:443',
    '::ffff:0177.0.0.1',
    '::ffff:127.1',
    '1.2.3.4%x',
    '1.2.3.4%',
  ])('%j is none, nor in any range', (entry) => {
    expect(addressInEntry(entry)).toBeUndefined();
    expect(new AddressRanges(['0.0.0.0/0', '::/0']).contains(entry)).toBe(false);
  });

  it('the address of a peer may have a zone', () => {
    expect(parseIpAddress('fe80::1%eth0')?.kind()).toBe('ipv6');
  });
});
