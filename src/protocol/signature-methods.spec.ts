import { constants, createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { RFC_REQUEST } from '../../test/vectors/request-parameters.js';
import { BASE_STRING_SECRETS } from '../../test/vectors/signatures.js';
import {
  isWeakMethod,
  SIGNATURE_METHODS,
  signatureMethodNamed,
  type SignatureInput,
  type SignatureMethod,
} from './signature-methods.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;

function named(name: string): SignatureMethod {
  const method = signatureMethodNamed(name);
  if (method === undefined) throw new Error(`no method ${name}`);
  return method;
}

const BASE: SignatureInput = {
  baseString: 'GET&http%3A%2F%2Fa%2F&',
  signature: '',
  consumerSecret: 'cs',
  tokenSecret: 'ts',
  rsaPublicKey: undefined,
};

const GARBAGE = ['', '=', 'x', 'é', '漢', '\0', '\ud800', ' ', '%', 'A'.repeat(10_000), '===='];

describe('RFC 5849 §3.4 the table of signature methods', () => {
  it('has seven entries, found by their exact names', () => {
    expect(SIGNATURE_METHODS.map(({ name }) => name)).toEqual([
      ...['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'],
      ...['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT'],
    ]);
    for (const method of SIGNATURE_METHODS) expect(signatureMethodNamed(method.name)).toBe(method);
  });

  it.each([
    '',
    'hmac-sha1',
    'HMAC-SHA1 ',
    'HMAC-MD5',
    '__proto__',
    'constructor',
    'hasOwnProperty',
  ])('does not know %j', (name) => {
    expect(signatureMethodNamed(name)).toBeUndefined();
  });

  it('PLAINTEXT alone needs TLS and does without timestamp and nonce', () => {
    for (const { name, needsTls, needsTimestampAndNonce } of SIGNATURE_METHODS) {
      expect(needsTls).toBe(name === 'PLAINTEXT');
      expect(needsTimestampAndNonce).toBe(name !== 'PLAINTEXT');
    }
  });

  it('can’t be changed by whoever is handed an entry', () => {
    expect(() => {
      (named('PLAINTEXT') as { needsTls: boolean }).needsTls = false;
    }).toThrow(TypeError);
  });

  it.each(SIGNATURE_METHODS)('$name calls garbage false and never throws', (method) => {
    for (const signature of GARBAGE) {
      expect(method.verify({ ...BASE, signature, rsaPublicKey: publicKey })).toBe(false);
      const keyless = { ...BASE, signature, consumerSecret: undefined };
      expect(method.verify(keyless)).toBe(false);
    }
  });
});

describe('RFC 5849 §3.4.2 HMAC', () => {
  const { consumerSecret, tokenSecret, signatures } = BASE_STRING_SECRETS;
  const inputFor = (method: string, signature: string): SignatureInput => ({
    baseString: RFC_REQUEST.baseString.replace('HMAC-SHA1', method),
    signature,
    consumerSecret,
    tokenSecret,
    rsaPublicKey: undefined,
  });

  it.each(Object.entries(signatures))(`%s over ${BASE_STRING_SECRETS.title}`, (name, signature) => {
    expect(named(name).verify(inputFor(name, signature))).toBe(true);
    for (const [otherName, otherSignature] of Object.entries(signatures)) {
      if (otherName === name) continue;
      expect(named(name).verify(inputFor(name, otherSignature))).toBe(false);
      expect(named(otherName).verify(inputFor(name, signature))).toBe(false);
    }
  });

  it('refuses what the RFC prints there, and the hash over a base string of another method', () => {
    for (const printed of BASE_STRING_SECRETS.printedButIrreproducible) {
      expect(named('HMAC-SHA1').verify(inputFor('HMAC-SHA1', printed))).toBe(false);
    }
    const unchanged = BASE_STRING_SECRETS.sha256OverUnchangedBaseString;
    expect(named('HMAC-SHA256').verify(inputFor('HMAC-SHA256', unchanged))).toBe(false);
    expect(named('HMAC-SHA256').verify(inputFor('HMAC-SHA1', unchanged))).toBe(true);
  });

  it.each([
    ['', '', '&'],
    ['cs', '', 'cs&'],
    ['', 'ts', '&ts'],
    ['c&s', 't%s', 'c%26s&t%25s'],
    ['c+ s', 'é', 'c%2B%20s&%C3%A9'],
  ])('keys with the encoded secrets %j and %j: %s', (consumer, token, key) => {
    const signature = createHmac('sha1', key).update(BASE.baseString).digest('base64');
    const input = { ...BASE, signature, consumerSecret: consumer, tokenSecret: token };
    expect(named('HMAC-SHA1').verify(input)).toBe(true);
    expect(named('HMAC-SHA1').verify({ ...input, tokenSecret: `${token}x` })).toBe(false);
  });

  it('has one spelling: not base64url, unpadded, padded more, or with blanks', () => {
    const right = signatures['HMAC-SHA1'];
    for (const signature of [
      right.replaceAll('+', '-').replaceAll('/', '_'),
      right.replace('=', ''),
      `${right}=`,
      ` ${right}`,
      `${right}\n`,
      right.replaceAll('+', ' '),
      right.toLowerCase(),
      right.replace('g=', 'h='),
    ]) {
      expect(named('HMAC-SHA1').verify(inputFor('HMAC-SHA1', signature))).toBe(false);
    }
  });

  it('never holds for a consumer without a secret, whatever was used for one', () => {
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const guess of ['', 'undefined', 'null', pem]) {
      const key = `${encodeURIComponent(guess)}&ts`;
      const signature = createHmac('sha1', key).update(BASE.baseString).digest('base64');
      const input = { ...BASE, signature, consumerSecret: undefined, rsaPublicKey: publicKey };
      expect(named('HMAC-SHA1').verify(input)).toBe(false);
    }
  });
});

describe('RFC 5849 §3.4.3 RSA', () => {
  const signed = (hash: string): string =>
    sign(hash, Buffer.from(BASE.baseString), privateKey).toString('base64');

  it.each([
    ['RSA-SHA1', 'sha1'],
    ['RSA-SHA256', 'sha256'],
    ['RSA-SHA512', 'sha512'],
  ])('%s holds with the registered key and this very base string only', (name, hash) => {
    const input = { ...BASE, signature: signed(hash), rsaPublicKey: publicKey };
    const { verify } = named(name);
    expect(verify(input)).toBe(true);
    expect(verify({ ...input, consumerSecret: undefined, tokenSecret: 'other' })).toBe(true);
    expect(verify({ ...input, baseString: `${input.baseString}x` })).toBe(false);
    expect(verify({ ...input, rsaPublicKey: otherKey })).toBe(false);
    expect(verify({ ...input, rsaPublicKey: undefined })).toBe(false);
    for (const otherHash of ['sha1', 'sha256', 'sha512']) {
      const signature = signed(otherHash);
      expect(verify({ ...input, signature })).toBe(otherHash === hash);
    }
  });

  it('is PKCS#1 v1.5, not PSS', () => {
    const signature = sign('sha256', Buffer.from(BASE.baseString), {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
    }).toString('base64');
    expect(named('RSA-SHA256').verify({ ...BASE, signature, rsaPublicKey: publicKey })).toBe(false);
  });

  it('has one spelling, too', () => {
    const right = signed('sha256');
    const verdict = (signature: string): boolean =>
      named('RSA-SHA256').verify({ ...BASE, signature, rsaPublicKey: publicKey });
    expect(verdict(right)).toBe(true);
    for (const signature of [
      right.replaceAll('=', ''),
      `${right} `,
      `\n${right}`,
      `${right}AAAA`,
    ]) {
      expect(verdict(signature)).toBe(false);
    }
    expect(verdict(Buffer.alloc(256, 0xff).toString('base64'))).toBe(false);
    expect(verdict(Buffer.alloc(255).toString('base64'))).toBe(false);
  });

  it('takes no key of another kind', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signature = sign('sha256', Buffer.from(BASE.baseString), pair.privateKey);
    const rsaPublicKey = createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const input = { ...BASE, signature: signature.toString('base64'), rsaPublicKey };
    expect(named('RSA-SHA256').verify(input)).toBe(false);
  });
});

describe('RFC 5849 §3.4.4 PLAINTEXT', () => {
  const verdict = (signature: string, consumerSecret: string, tokenSecret: string): boolean =>
    named('PLAINTEXT').verify({ ...BASE, signature, consumerSecret, tokenSecret });

  it('is the encoded secrets joined by "&", also where one is empty', () => {
    expect(verdict('cs&ts', 'cs', 'ts')).toBe(true);
    expect(verdict('cs&', 'cs', '')).toBe(true);
    expect(verdict('c%26s&%C3%A9', 'c&s', 'é')).toBe(true);
  });

  it.each(['cs', 'cs&ts&', 'ts&cs', 'cs%26ts', 'CS&ts', '&', 'cs&t', 'cs&tsx'])(
    'is not %j for cs and ts',
    (signature) => {
      expect(verdict(signature, 'cs', 'ts')).toBe(false);
    },
  );

  it('never holds for a consumer without a secret', () => {
    for (const signature of ['&', '&ts', 'undefined&ts']) {
      const input = { ...BASE, signature, consumerSecret: undefined };
      expect(named('PLAINTEXT').verify(input)).toBe(false);
    }
  });
});

it('the methods that rest on SHA-1, or on TLS alone, are weak', () => {
  const weak = SIGNATURE_METHODS.filter((method) => method.weak).map(({ name }) => name);
  expect(weak).toEqual(['HMAC-SHA1', 'RSA-SHA1', 'PLAINTEXT']);
  expect([isWeakMethod('RSA-SHA1'), isWeakMethod('RSA-SHA256'), isWeakMethod('rot13')]).toEqual([
    true,
    false,
    false,
  ]);
});
