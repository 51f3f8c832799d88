import {
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { sealPrefix, type SealingKey } from './secret-box.js';

/** What a key is derived for: a MAC of one purpose proves nothing for another. */
export type KeyPurpose =
  | 'audit-event'
  | 'audit-head'
  | 'owner-form'
  | 'api-key'
  | 'consumer'
  | 'access-token'
  | 'session'
  | 'staff-session'
  | 'staff-key'
  | 'staged-consumer'
  | 'staged-access-token'
  | 'signing-key'
  | 'token-reference'
  | 'verifier'
  | 'keyed-request'
  | 'import-file';

const HASH = 'sha256';
/** Of a MAC, behind what names its key. */
export const MAC_OCTETS = 32;
/** Part of what every key is derived from; another number would be another set of keys. */
const SCHEME = 'oauth10 v1';

/** The key of one entry of the ring for one purpose: HKDF-SHA-256 (RFC 5869), without salt. */
const deriveKey = ({ key }: SealingKey, purpose: KeyPurpose): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync(HASH, key, '', `${SCHEME} ${purpose}`, MAC_OCTETS)));

interface MacKey {
  readonly prefix: Buffer;
  readonly key: KeyObject;
}

/**
 * Authenticates what lies in the database with keys that the database does not hold: HMAC-SHA-256
 * under a key for each purpose, derived from each entry of `SECRET_KEYS`. The first entry makes MACs,
 * all check them. Layout: one octet with the length of the key id, the key id, 32 octets; so a MAC
 * says which key made it, and begins like a seal of that key.
 *
 * Whoever joins several values to one text must do it so that no other values give the same text:
 * `JSON.stringify` of an array does.
 */
export class DerivedKeys {
  private readonly keys = new Map<KeyPurpose, readonly MacKey[]>();

  /** @param ring at least one key; the first one makes MACs */
  constructor(private readonly ring: readonly SealingKey[]) {
    if (ring.length === 0) throw new Error('The key ring is empty');
  }

  /** The ids of the ring, the first key's first. */
  get ids(): readonly string[] {
    return this.ring.map(({ id }) => id);
  }

  /** The MAC of the data under the first key. */
  mac(purpose: KeyPurpose, data: string | Buffer): Buffer {
    return macUnder(this.keysFor(purpose)[0] as MacKey, data);
  }

  /** The MACs of the data under each key, the first one's first: what a lookup compares with. */
  macs(purpose: KeyPurpose, data: string | Buffer): Buffer[] {
    return this.keysFor(purpose).map((one) => macUnder(one, data));
  }

  /** Whether a key of the ring made this MAC of the data; compared in constant time. */
  verify(purpose: KeyPurpose, data: string | Buffer, mac: Buffer): boolean {
    const maker = this.keysFor(purpose).find(({ prefix }) => startsWith(mac, prefix));
    if (maker === undefined || mac.length !== maker.prefix.length + MAC_OCTETS) return false;
    return timingSafeEqual(macUnder(maker, data), mac);
  }

  /** Whether the first key made this MAC, by what the MAC says of itself. */
  isUnderFirstKey(mac: Buffer): boolean {
    return startsWith(mac, sealPrefix((this.ring[0] as SealingKey).id));
  }

  private keysFor(purpose: KeyPurpose): readonly MacKey[] {
    let keys = this.keys.get(purpose);
    if (keys === undefined) {
      keys = this.ring.map((entry) => ({
        prefix: sealPrefix(entry.id),
        key: deriveKey(entry, purpose),
      }));
      this.keys.set(purpose, keys);
    }
    return keys;
  }
}

const startsWith = (octets: Buffer, prefix: Buffer): boolean =>
  octets.subarray(0, prefix.length).equals(prefix);

const macUnder = ({ prefix, key }: MacKey, data: string | Buffer): Buffer =>
  Buffer.concat([prefix, createHmac(HASH, key).update(data).digest()]);
