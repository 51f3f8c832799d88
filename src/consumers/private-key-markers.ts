/** Texts that mark a private key: labels of PEM, OpenSSH and PuTTY, members of JWK and XML. */
const PRIVATE_KEY_MARKERS = [
  /PRIVATE.{0,3}KEY/is,
  /Proc-Type:\s*4,\s*ENCRYPTED/i,
  /b3BlbnNzaC1rZXktdjE/, // "openssh-key-v1" in base64
  /PuTTY-User-Key-File/i,
  /"d"\s*:\s*"/,
  /<D>/,
];

/** Base64 of a DER SEQUENCE (octet 0x30) at any position; 24 characters are 18 octets. */
const SEQUENCES = /(?=(M[A-Za-z0-9+/]{23}))/g;
const LENGTH = '(?:[0-7].|81..|82....)';
/**
 * The beginning of the DER of a private key, in hexadecimal: a version of 0 or 1, and then an integer (PKCS#1),
 * an AlgorithmIdentifier (PKCS#8, RFC 5958) or an OCTET STRING (RFC 5915); or the AlgorithmIdentifier of a
 * password-based encryption (encrypted PKCS#8). No public key begins with one of these.
 */
const PRIVATE_DER = new RegExp(
  `^30${LENGTH}(?:02010[01](?:02|04|30)|30${LENGTH}06..2a864886f70d01(?:05|0c))`,
);
const WHITE_SPACE = /\s|\\[nrt]/g;

/**
 * Whether a text contains a private key, even with a damaged or missing label, or cut short. A random public
 * key matches by chance about once in a hundred million.
 */
export function holdsPrivateKey(text: string): boolean {
  if (PRIVATE_KEY_MARKERS.some((sign) => sign.test(text))) return true;
  for (const [, sequence = ''] of text.replace(WHITE_SPACE, '').matchAll(SEQUENCES)) {
    if (PRIVATE_DER.test(Buffer.from(sequence, 'base64').toString('hex'))) return true;
  }
  return false;
}
