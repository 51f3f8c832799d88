import {
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { sealPrefix, type SealingKey } from './secret-box.js';

/** The purpose of a derived key. A MAC for one purpose is not valid for another. */
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
/** The length of a MAC, without the prefix that names its key. */
export const MAC_OCTETS = 32;
/** Part of the input of every key; another version number results in other keys. */
const SCHEME = 'oauth10 v1';

/** Derives the key of one entry of the ring for one purpose: HKDF-SHA-256 (RFC 5869), without salt. */
const deriveKey = ({ key }: SealingKey, purpose: KeyPurpose): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync(HASH, key, '', `${SCHEME} ${purpose}`, MAC_OCTETS)));

interface MacKey {
  readonly prefix: Buffer;
  readonly key: KeyObject;
}

/**
 * Authenticates data in the database with keys that are not in the database: HMAC-SHA-256 with a separate key for
 * each purpose, derived from each entry of `SECRET_KEYS`. The first entry makes MACs, all entries verify them.
 * Layout: one octet with the length of the key id, the key id, 32 octets. So a MAC names the key that made it, and
 * has the same prefix as a value sealed with that key.
 *
 * A caller that joins several values to one text must make sure that no other values result in the same text, for
 * example with `JSON.stringify` of an array.
 */
export class DerivedKeys {
  private readonly keys = new Map<KeyPurpose, readonly MacKey[]>();

  /** @param ring at least one key; the first one makes MACs */
  constructor(private readonly ring: readonly SealingKey[]) {
    if (ring.length === 0) throw new Error('The key ring is empty');
  }

  /** The ids of the ring, beginning with the first key. */
  get ids(): readonly string[] {
    return this.ring.map(({ id }) => id);
  }

  /** The MAC of the data under the first key. */
  mac(purpose: KeyPurpose, data: string | Buffer): Buffer {
    return macUnder(this.keysFor(purpose)[0] as MacKey, data);
  }

  /** The MACs of the data under each key, beginning with the first key. Lookups compare with all of them. */
  macs(purpose: KeyPurpose, data: string | Buffer): Buffer[] {
    return this.keysFor(purpose).map((one) => macUnder(one, data));
  }

  /** Whether a key of the ring made this MAC of the data; compared in constant time. */
  verify(purpose: KeyPurpose, data: string | Buffer, mac: Buffer): boolean {
    const maker = this.keysFor(purpose).find(({ prefix }) => startsWith(mac, prefix));
    if (maker === undefined || mac.length !== maker.prefix.length + MAC_OCTETS) return false;
    return timingSafeEqual(macUnder(maker, data), mac);
  }

  /** Whether the first key made this MAC, according to its prefix. Does not verify the MAC. */
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
