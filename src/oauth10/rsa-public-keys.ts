import { createPublicKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const KEYS_MAX = 1000;

/** Beyond it one signature costs the only thread some 10 ms, and anybody who knows the consumer key can send one. */
const EXPONENT_LIMIT = 1n << 32n;

/** Parsed RSA keys by their PEM: parsing one costs more than verifying a signature with it. */
export class RsaPublicKeys {
  private readonly keys = new LRUCache<string, { readonly key: KeyObject | undefined }>({
    max: KEYS_MAX,
  });

  /**
   * Undefined for a key that no signature is verified with: its exponent was registered before there was a limit.
   *
   * @param pem checked when it was registered
   */
  parsed(pem: string): KeyObject | undefined {
    const known = this.keys.get(pem);
    if (known) return known.key;
    const parsed = createPublicKey(pem);
    const isUsable = (parsed.asymmetricKeyDetails?.publicExponent ?? 0n) < EXPONENT_LIMIT;
    const key = isUsable ? parsed : undefined;
    this.keys.set(pem, { key });
    return key;
  }
}
