import { createHmac, randomBytes } from 'node:crypto';
import { DerivedKeys, type KeyPurpose } from './derived-keys.js';
import { sealPrefix } from './secret-box.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const hmac = (secret: Buffer | string, data: Buffer | string) =>
  createHmac('sha256', secret).update(data).digest();

describe('MACs under keys derived from SECRET_KEYS', () => {
  const old = key('2025');
  const ring = [key('2026'), old];
  const keys = new DerivedKeys(ring);

  it('are HMAC-SHA-256 under HKDF-SHA-256 of the first key (RFC 5869), after its id', () => {
    const pseudorandom = hmac(Buffer.alloc(32), ring[0]!.key);
    const derived = hmac(pseudorandom, Buffer.from('oauth10 v1 audit-event\x01', 'latin1'));
    expect(keys.mac('audit-event', 'ü').toString('hex')).toBe(
      Buffer.concat([sealPrefix('2026'), hmac(derived, Buffer.from('ü'))]).toString('hex'),
    );
  });

  it('are recognized under every key of the ring, and made under the first', () => {
    const before = new DerivedKeys([old]).mac('audit-event', 'data');
    expect(keys.verify('audit-event', 'data', before)).toBe(true);
    expect(
      new DerivedKeys([old]).verify('audit-event', 'data', keys.mac('audit-event', 'data')),
    ).toBe(false);
    expect(keys.isUnderFirstKey(before)).toBe(false);
    expect(keys.isUnderFirstKey(keys.mac('audit-event', 'data'))).toBe(true);
    expect(keys.macs('audit-event', 'data')).toEqual([keys.mac('audit-event', 'data'), before]);
  });

  it('prove one text for one purpose', () => {
    const mac = keys.mac('audit-event', 'data');
    expect(keys.verify('audit-event', 'data', mac)).toBe(true);
    expect(keys.verify('audit-event', 'Data', mac)).toBe(false);
    expect(keys.verify('audit-head', 'data', mac)).toBe(false);
    const purposes: KeyPurpose[] = ['audit-event', 'audit-head'];
    const tags = purposes.map((purpose) => keys.mac(purpose, 'data').toString('hex'));
    expect(new Set(tags).size).toBe(purposes.length);
  });

  it('are not recognized under a key of the same id but other octets', () => {
    const mac = new DerivedKeys([key('2026')]).mac('audit-event', 'data');
    expect(keys.verify('audit-event', 'data', mac)).toBe(false);
  });

  it('are not recognized with any bit flipped, cut anywhere, or longer', () => {
    const mac = keys.mac('audit-event', 'data');
    for (let octet = 0; octet < mac.length; octet += 1) {
      const flipped = Buffer.from(mac);
      flipped[octet]! ^= 1;
      expect(keys.verify('audit-event', 'data', flipped)).toBe(false);
      expect(keys.verify('audit-event', 'data', mac.subarray(0, octet))).toBe(false);
    }
    const longer = Buffer.concat([mac, Buffer.alloc(1)]);
    expect(keys.verify('audit-event', 'data', longer)).toBe(false);
  });

  it('need a key', () => {
    expect(() => new DerivedKeys([])).toThrow('empty');
  });
});
