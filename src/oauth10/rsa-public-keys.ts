import { createPublicKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const KEYS_MAX = 1000;

/** Parsed RSA keys by their PEM: parsing one costs more than verifying a signature with it. */
export class RsaPublicKeys {
  private readonly keys = new LRUCache<string, KeyObject>({ max: KEYS_MAX });

  /** @param pem checked when it was registered */
  parsed(pem: string): KeyObject {
    const known = this.keys.get(pem);
    if (known) return known;
    const key = createPublicKey(pem);
    this.keys.set(pem, key);
    return key;
  }
}
