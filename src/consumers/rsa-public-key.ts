import { createPublicKey, type KeyObject } from 'node:crypto';
import { holdsPrivateKey } from './private-key-markers.js';

/** An invalid key. The message completes "rsaPublicKey …" and contains no part of the key. */
export class RsaPublicKeyRefused extends Error {}

const MIN_MODULUS_BITS = 2048;
/** With a larger key, one verification would block the event loop longer than any other request may. */
const MAX_MODULUS_BITS = 4096;
const EXPONENT_LIMIT = 1n << 32n;
const MAX_PEM_LENGTH = 4096;

const LABELS = { spki: 'PUBLIC KEY', pkcs1: 'RSA PUBLIC KEY' } as const;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Parses a public key for RFC 5849 section 3.4.3, in PEM, as SubjectPublicKeyInfo ("PUBLIC KEY") or PKCS#1
 * ("RSA PUBLIC KEY"), and returns it as SubjectPublicKeyInfo in PEM.
 *
 * @throws RsaPublicKeyRefused
 */
export function normalizeRsaPublicKey(pem: string): string {
  // This check is first, because the code below must never process, store or repeat a private key.
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
  // With an exponent of 1, every message is its own signature; no RSA key has an even exponent.
  if (publicExponent < 3n || publicExponent % 2n === 0n || publicExponent >= EXPONENT_LIMIT) {
    throw new RsaPublicKeyRefused('must have an odd public exponent of 3 or more, below 2^32');
  }
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function readKey(pem: string): KeyObject {
  const text = pem.trim();
  for (const type of ['spki', 'pkcs1'] as const) {
    const base64 = withinLabel(text, LABELS[type]);
    if (base64 === undefined) continue;
    try {
      return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type });
    } catch {
      break;
    }
  }
  throw new RsaPublicKeyRefused(
    'must be one public key in PEM, beginning with "-----BEGIN PUBLIC KEY-----"',
  );
}

/** The base64 between the two lines of a PEM label; undefined if the text has another form. */
function withinLabel(text: string, label: string): string | undefined {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  if (!text.startsWith(begin) || !text.endsWith(end)) return undefined;
  const base64 = text.slice(begin.length, -end.length).replace(/\s/g, '');
  return BASE64.test(base64) ? base64 : undefined;
}
