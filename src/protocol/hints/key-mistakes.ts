// Mistakes in the HMAC key (RFC 5849 §3.4.2). An RSA signature has no such key.
import { percentEncode, percentEncodeText } from '../percent-encoding.js';
import type { Mistake, Reading, RefusedRequest } from './mistake.js';

const hasText = /[^\x00-\x7f]/;

const encodedSecrets = ({ consumerSecret, tokenSecret }: RefusedRequest): [string, string] => [
  percentEncodeText(consumerSecret),
  percentEncodeText(tokenSecret),
];

/** The text in Latin-1, with `?` for other characters, as clients without UTF-8 write it. */
const latin1 = (text: string): string => text.replace(/[^\x00-\xff]/gu, '?');

/** The mistakes in the key, the likeliest first. */
export const KEY_MISTAKES: readonly Mistake[] = [
  {
    code: 'token_secret_left_out',
    advice:
      'The signing key lacks the token secret: it is the consumer secret, an ampersand and the token secret. Use the secret that came with this oauth_token.',
    *readings(request) {
      const [consumer] = encodedSecrets(request);
      if (!request.hasToken) return;
      yield { key: `${consumer}&` };
      // The same mistake by a client that does not encode secrets either.
      yield { key: `${request.consumerSecret}&` };
    },
  },
  {
    code: 'key_incomplete',
    advice:
      'The signing key has no ampersand. It stands between the consumer secret and the token secret even when the latter is empty: "consumersecret&".',
    *readings(request) {
      const [consumer, token] = encodedSecrets(request);
      yield { key: `${consumer}${token}` };
      yield { key: `${request.consumerSecret}${request.tokenSecret}` };
      if (request.hasToken) {
        yield { key: consumer };
        yield { key: request.consumerSecret };
        yield { key: token };
      }
    },
  },
  {
    code: 'secrets_swapped',
    advice:
      'The signing key has the secrets in the wrong order: first the consumer secret, then an ampersand, then the token secret.',
    *readings(request) {
      if (request.consumerSecret === request.tokenSecret) return;
      const [consumer, token] = encodedSecrets(request);
      yield { key: `${token}&${consumer}` };
      yield { key: `${request.tokenSecret}&${request.consumerSecret}` };
    },
  },
  {
    code: 'secrets_not_encoded',
    advice:
      'The signing key holds the secrets as they are. Percent-encode each of them (RFC 3986) before joining them with an ampersand.',
    flag: 'secrets_not_encoded',
    likelierThan: ['secret_not_utf8'],
    readings: keysNotEncoded,
  },
  {
    code: 'secret_not_utf8',
    advice:
      'The signing key was not made from UTF-8. Turn both secrets into UTF-8 before percent-encoding them.',
    *readings({ consumerSecret, tokenSecret }) {
      if (!hasText.test(consumerSecret + tokenSecret)) return;
      const [consumer, token] = [latin1(consumerSecret), latin1(tokenSecret)];
      yield { key: `${percentEncode(consumer)}&${percentEncode(token)}` };
      yield { key: Buffer.from(`${consumer}&${token}`, 'latin1') };
    },
  },
];

/** The key of a client that encodes neither secret, or only one of them. */
function* keysNotEncoded(request: RefusedRequest): Generator<Reading> {
  const { consumerSecret, tokenSecret } = request;
  const [consumer, token] = encodedSecrets(request);
  yield { key: `${consumerSecret}&${tokenSecret}` };
  yield { key: `${consumerSecret}&${token}` };
  yield { key: `${consumer}&${tokenSecret}` };
}
