/** Requests with known signatures, from the raw request to the verdict. */
export interface SignedRequest {
  title: string;
  method: string;
  scheme: 'http' | 'https';
  host: string;
  target: string;
  authorization: string;
  consumerSecret: string;
  tokenSecret: string;
}

export const SIGNED_REQUESTS: readonly SignedRequest[] = [
  {
    title: 'https://www.rfc-editor.org/rfc/rfc5849#section-1.2 temporary credentials',
    method: 'POST',
    scheme: 'https',
    host: 'photos.example.net',
    target: '/initiate',
    authorization:
      'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", ' +
      'oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131200", oauth_nonce="wIjqoS", ' +
      'oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready", ' +
      'oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D"',
    consumerSecret: 'kd94hf93k423kf44',
    tokenSecret: '',
  },
  {
    title: 'https://www.rfc-editor.org/rfc/rfc5849#section-1.2 token credentials',
    method: 'POST',
    scheme: 'https',
    host: 'photos.example.net',
    target: '/token',
    authorization:
      'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", ' +
      'oauth_token="hh5s93j4hdidpola", oauth_signature_method="HMAC-SHA1", ' +
      'oauth_timestamp="137131201", oauth_nonce="walatlh", oauth_verifier="hfdp7dh39dks9884", ' +
      'oauth_signature="gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D"',
    consumerSecret: 'kd94hf93k423kf44',
    tokenSecret: 'hdhd0244k9j7ao03',
  },
  {
    title: 'https://www.rfc-editor.org/rfc/rfc5849#section-1.2 photos, over http as printed',
    method: 'GET',
    scheme: 'http',
    host: 'photos.example.net',
    target: '/photos?file=vacation.jpg&size=original',
    authorization:
      'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", ' +
      'oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", ' +
      'oauth_timestamp="137131202", oauth_nonce="chapoH", ' +
      'oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"',
    consumerSecret: 'kd94hf93k423kf44',
    tokenSecret: 'pfkkdhi9sl3r4s00',
  },
  {
    title: 'https://www.rfc-editor.org/rfc/rfc5849#section-1.2 photos, were it https',
    method: 'GET',
    scheme: 'https',
    host: 'photos.example.net',
    target: '/photos?file=vacation.jpg&size=original',
    authorization:
      'OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", ' +
      'oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", ' +
      'oauth_timestamp="137131202", oauth_nonce="chapoH", ' +
      'oauth_signature="91yh92rtXzicpezVYjTDNzieVps%3D"',
    consumerSecret: 'kd94hf93k423kf44',
    tokenSecret: 'pfkkdhi9sl3r4s00',
  },
];

/**
 * HMAC over the base string of section 3.4.1.1, with `oauth_signature_method` set to the method's name. The two
 * signatures that the RFC prints for it cannot be computed from the secrets it prints.
 */
export const BASE_STRING_SECRETS = {
  title: 'https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1.1',
  consumerSecret: 'j49sk3j29djd',
  tokenSecret: 'dh893hdasih9',
  signatures: {
    'HMAC-SHA1': 'r6/TJjbCOr97/+UU0NsvSne7s5g=',
    'HMAC-SHA256': 'ypAxjNip++Dm0fTM+gCl8wAo6ufSnseu1WHxL7py3BU=',
    'HMAC-SHA512':
      'aApdjtDvkpOUgVhy366EAF+WZK5xcnpbPqCHYYPFOkvm0mbF2V5hXpRCK0YW7d9rK+K7Qnj3X5HnxAbvFR/x6Q==',
  },
  /** SHA-256 over a base string that still contains HMAC-SHA1. */
  sha256OverUnchangedBaseString: 'lIfydhbOitvsm4DvUwgM0NdR1Mzd08HnXI+q+EG0QKo=',
  printedButIrreproducible: ['bYT5CMsGcbgUdFHObYMEfcx6bsw=', 'djosJKDKJSD8743243/jdk33klY='],
} as const;

/** `oauth_body_hash` of known bodies, from the OAuth Request Body Hash draft and FIPS 180-4. */
export const BODY_HASHES: readonly { body: string; hash: string }[] = [
  { body: 'Hello World!', hash: 'Lve95gjOVATpfV8EL5X4nxwjKHE=' },
  { body: '', hash: '2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
  { body: '', hash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
  {
    body: '',
    hash: 'z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
  },
];
