import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { randomOctets } from './random-values.js';

/** One key of the ring: 32 octets, and a short id that is stored with each value it sealed. */
export interface SealingKey {
  readonly id: string;
  readonly key: Buffer;
}

/** The place of a sealed secret in the database; it opens only there. */
export interface SecretPlace {
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

/** A sealed value that cannot be opened: its key is not in the ring, or it was altered or moved. */
export class SealBroken extends Error {
  constructor(reason: string, place: SecretPlace) {
    super(`Sealed secret in ${place.table}.${place.column}: ${reason}`);
  }
}

const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

// JSON is unambiguous, whatever characters a consumer key contains.
const associatedData = (keyId: string, place: SecretPlace): Buffer =>
  Buffer.from(JSON.stringify([place.table, place.row, place.column, keyId]));

/** The prefix of all values that the key with this id sealed. */
export const sealPrefix = (keyId: string): Buffer =>
  Buffer.concat([Buffer.from([Buffer.byteLength(keyId)]), Buffer.from(keyId)]);

/**
 * Encrypts secrets that are needed in the clear to verify signatures (RFC 5849 section 4.5: HMAC rules out
 * hashing).
 *
 * AES-256-GCM with a random 96-bit nonce. Table, row, column and key id are associated data, so a ciphertext that
 * was copied to another row, column or key does not open. Layout: one octet with the length of the key id, the key
 * id, nonce, tag, ciphertext. The first key of the ring seals, all keys open. With random nonces, a key may seal
 * 2^32 times; docs/operations.md says when to rotate it.
 */
export class SecretBox {
  // KeyObjects are created once: with raw keys, each use costs three times as much on Node 24.
  private readonly keys: ReadonlyMap<string, KeyObject>;
  private readonly sealing: { readonly id: string; readonly key: KeyObject };

  /** @param ring at least one key; the first one seals */
  constructor(ring: readonly SealingKey[]) {
    const [first] = ring;
    if (!first) throw new Error('The key ring is empty');
    this.keys = new Map(ring.map(({ id, key }) => [id, createSecretKey(key)]));
    this.sealing = { id: first.id, key: this.keys.get(first.id) as KeyObject };
  }

  /** Seals a text for one place. */
  seal(secret: string, place: SecretPlace): Buffer {
    const { id, key } = this.sealing;
    const nonce = randomOctets(NONCE_OCTETS);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_OCTETS });
    cipher.setAAD(associatedData(id, place));
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const idOctets = Buffer.from(id);
    return Buffer.concat([
      Buffer.from([idOctets.length]),
      idOctets,
      nonce,
      cipher.getAuthTag(),
      ciphertext,
    ]);
  }

  /** Opens a value that was sealed for the same place. Throws SealBroken. */
  open(sealed: Buffer, place: SecretPlace): string {
    const idEnd = 1 + (sealed[0] ?? 0);
    const nonceEnd = idEnd + NONCE_OCTETS;
    const tagEnd = nonceEnd + TAG_OCTETS;
    if (sealed.length < tagEnd) throw new SealBroken('too short', place);
    const id = sealed.toString('utf8', 1, idEnd);
    const key = this.keys.get(id);
    if (!key) throw new SealBroken('its key is not in SECRET_KEYS', place);
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(idEnd, nonceEnd), {
      authTagLength: TAG_OCTETS,
    });
    decipher.setAAD(associatedData(id, place));
    decipher.setAuthTag(sealed.subarray(nonceEnd, tagEnd));
    try {
      return decipher.update(sealed.subarray(tagEnd), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw new SealBroken('altered, or moved from another place', place);
    }
  }
}
