import { createPublicKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const KEYS_MAX = 1000;

/**
 * With a larger exponent, one signature costs the only thread some 10 ms, and anyone who knows the consumer key can
 * send one.
 */
const EXPONENT_LIMIT = 1n << 32n;

/** Caches parsed RSA keys by their PEM, because parsing costs more than verifying a signature. */
export class RsaPublicKeys {
  private readonly keys = new LRUCache<string, { readonly key: KeyObject | undefined }>({
    max: KEYS_MAX,
  });

  /**
   * Undefined for a key with too large an exponent, which was registered before the limit. It verifies no
   * signature.
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
