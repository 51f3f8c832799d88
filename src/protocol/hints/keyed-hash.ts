// HMAC for many texts in a row. Node's createHmac makes a stream for each of them, which costs more than the digest
// of a base string. HMAC is two digests (RFC 2104), and the one-shot hash makes no stream.
import { hash } from 'node:crypto';

/** The block length of each hash, in octets (RFC 2104 section 2, FIPS 180-4 section 1). */
const BLOCK_OCTETS: Readonly<Record<string, number>> = {
  md5: 64,
  sha1: 64,
  sha256: 64,
  sha384: 128,
  sha512: 128,
};

/**
 * Holds the key and the text for a digest. Every digest reuses it, because allocating new memory costs more than
 * the digest. That is safe because no code awaits in between. No base string of an accepted request is longer
 * (MAX_SIGNED_LENGTH, plus method and URI).
 */
const TEXT = Buffer.alloc(128 * 1024);

/** HMAC under one key. */
export class KeyedHash {
  private readonly inner: Buffer;
  private readonly outer: Buffer;

  /**
   * @param by a hash of the table above, by its name in node:crypto
   * @param key octets, or a text in UTF-8
   */
  constructor(
    private readonly by: string,
    key: string | Buffer,
  ) {
    const block = BLOCK_OCTETS[by];
    if (block === undefined) throw new TypeError(`no block of ${by} is known`);
    const octets = Buffer.from(key);
    const fitting = octets.length > block ? hash(by, octets, 'buffer') : octets;
    this.inner = padded(fitting, block, 0x36);
    // The inner digest is written behind the key.
    this.outer = Buffer.concat([padded(fitting, block, 0x5c), Buffer.alloc(block)]);
  }

  /** @param text one octet per character */
  digest(text: string): Buffer {
    const block = this.inner.length;
    const length = block + text.length;
    const keyedText = length <= TEXT.length ? TEXT : Buffer.allocUnsafe(length);
    this.inner.copy(keyedText);
    keyedText.write(text, block, 'latin1');
    // In hex: for a short base string, crypto.hash takes twice as long if it returns a buffer.
    const inside = hash(this.by, keyedText.subarray(0, length), 'hex');
    const end = block + this.outer.write(inside, block, 'hex');
    return Buffer.from(hash(this.by, this.outer.subarray(0, end), 'hex'), 'hex');
  }
}

function padded(key: Buffer, block: number, pad: number): Buffer {
  const octets = Buffer.alloc(block, pad);
  for (let at = 0; at < key.length; at += 1) octets[at] = (key[at] ?? 0) ^ pad;
  return octets;
}
