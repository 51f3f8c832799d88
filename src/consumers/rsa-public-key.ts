import { createPublicKey, type KeyObject } from 'node:crypto';
import { holdsPrivateKey } from './private-key-markers.js';

/** A key that can't be registered; the message completes "rsaPublicKey …" and holds nothing of it. */
export class RsaPublicKeyRefused extends Error {}

const MIN_MODULUS_BITS = 2048;
/** OpenSSL's own limit for verifying; far below it, verifying gets slow enough to hurt. */
const MAX_MODULUS_BITS = 8192;
const MAX_PEM_LENGTH = 4096;

const ONE_PEM_BLOCK =
  /^\s*-----BEGIN (RSA )?PUBLIC KEY-----\s*([A-Za-z0-9+/\s]+={0,2})\s*-----END (?:RSA )?PUBLIC KEY-----\s*$/;

/**
 * Reads a public key for RFC 5849 section 3.4.3, as SubjectPublicKeyInfo ("PUBLIC KEY") or PKCS#1
 * ("RSA PUBLIC KEY") in PEM, and writes it as SubjectPublicKeyInfo in PEM.
 *
 * @throws RsaPublicKeyRefused
 */
export function normalizeRsaPublicKey(pem: string): string {
  // Before all else: what follows must never see, keep or repeat one.
  if (holdsPrivateKey(pem)) {
    throw new RsaPublicKeyRefused(
      'holds a private key, which was not kept. It has left its owner, so make a new key pair and register its public key',
    );
  }
  if (pem.length > MAX_PEM_LENGTH) {
    throw new RsaPublicKeyRefused(`must have at most ${MAX_PEM_LENGTH} characters`);
  }
  const key = readKey(pem);
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa') throw new RsaPublicKeyRefused('must be an RSA key');
  if (modulusLength < MIN_MODULUS_BITS || modulusLength > MAX_MODULUS_BITS) {
    throw new RsaPublicKeyRefused(
      `must have ${MIN_MODULUS_BITS} to ${MAX_MODULUS_BITS} bits, this one has ${modulusLength}`,
    );
  }
  // An exponent of 1 makes every message its own signature, an even one belongs to no RSA key.
  if (publicExponent < 3n || publicExponent % 2n === 0n || publicExponent >= 1n << 64n) {
    throw new RsaPublicKeyRefused('must have an odd public exponent from 3 to 64 bits');
  }
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function readKey(pem: string): KeyObject {
  const [, pkcs1, base64 = ''] = ONE_PEM_BLOCK.exec(pem) ?? [];
  try {
    const der = Buffer.from(base64, 'base64');
    return createPublicKey({ key: der, format: 'der', type: pkcs1 ? 'pkcs1' : 'spki' });
  } catch {
    throw new RsaPublicKeyRefused(
      'must be one public key in PEM, beginning with "-----BEGIN PUBLIC KEY-----"',
    );
  }
}
