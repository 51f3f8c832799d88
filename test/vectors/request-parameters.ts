/**
 * The request of section 3.4.1.3.1, with its parameters, normalized parameters (3.4.1.3.2) and base string (3.4.1.1).
 */
export const RFC_REQUEST = {
  title: 'https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1.3.1',
  method: 'POST',
  scheme: 'http',
  host: 'example.com',
  target: '/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
  authorization:
    'OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", ' +
    'oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", ' +
    'oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", ' +
    'oauth_signature="djosJKDKJSD8743243%2Fjdk33klY%3D"',
  formBody: 'c2&a3=2+q',
  parameters: [
    ['oauth_consumer_key', '9djdj82h48djs9d2'],
    ['oauth_token', 'kkk9d7dh3k39sjv7'],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', '137131201'],
    ['oauth_nonce', '7d8f3e4a'],
    ['oauth_signature', 'djosJKDKJSD8743243/jdk33klY='],
    ['b5', '=%3D'],
    ['a3', 'a'],
    ['c@', ''],
    ['a2', 'r b'],
    ['c2', ''],
    ['a3', '2 q'],
  ],
  normalized:
    'a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9djdj82h48djs9d2' +
    '&oauth_nonce=7d8f3e4a&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201' +
    '&oauth_token=kkk9d7dh3k39sjv7',
  baseString:
    'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D' +
    '%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a' +
    '%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3D' +
    'kkk9d7dh3k39sjv7',
} as const;

/** Parameters before and after https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1.3.2. */
export const NORMALIZATIONS: readonly {
  rule: string;
  parameters: readonly (readonly [string, string])[];
  normalized: string;
}[] = [
  { rule: 'nothing is the empty string', parameters: [], normalized: '' },
  {
    rule: 'an empty name is a name',
    parameters: [
      ['a', '1'],
      ['', 'x'],
    ],
    normalized: '=x&a=1',
  },
  {
    rule: 'equal names are sorted by encoded value',
    parameters: [
      ['a', 'z'],
      ['a', 'é'],
      ['a', 'b'],
      ['a', ''],
    ],
    normalized: 'a=&a=%E9&a=b&a=z',
  },
  {
    rule: 'equal pairs are all kept',
    parameters: [
      ['a', '1'],
      ['a', '1'],
    ],
    normalized: 'a=1&a=1',
  },
  {
    rule: 'names are encoded before they are sorted: c%40 before c2',
    parameters: [
      ['c2', ''],
      ['c@', ''],
    ],
    normalized: 'c%40=&c2=',
  },
  {
    rule: 'names are compared alone, not with "=" behind them: a before a-b and a.b',
    parameters: [
      ['a.b', '1'],
      ['a-b', '1'],
      ['a', '1'],
    ],
    normalized: 'a=1&a-b=1&a.b=1',
  },
  {
    rule: 'upper case sorts before lower case, "_" between, "~" last',
    parameters: [
      ['~', ''],
      ['a', ''],
      ['_', ''],
      ['Z', ''],
    ],
    normalized: 'Z=&_=&a=&~=',
  },
  {
    rule: 'digits are characters, not numbers',
    parameters: [
      ['a[10]', ''],
      ['a[9]', ''],
    ],
    normalized: 'a%5B10%5D=&a%5B9%5D=',
  },
  {
    rule: 'oauth_signature is left out, and only it',
    parameters: [
      ['oauth_signature', 's'],
      ['oauth_signature_method', 'm'],
      ['OAUTH_SIGNATURE', 'u'],
    ],
    normalized: 'OAUTH_SIGNATURE=u&oauth_signature_method=m',
  },
  {
    rule: 'realm, once it got here, is an ordinary parameter',
    parameters: [['realm', 'x']],
    normalized: 'realm=x',
  },
];

/** Raw queries or bodies, and their pairs. */
export const FORMS: readonly { raw: string; pairs: readonly (readonly [string, string])[] }[] = [
  { raw: '', pairs: [] },
  { raw: '&', pairs: [] },
  {
    raw: '&&a=1&&b=2&',
    pairs: [
      ['a', '1'],
      ['b', '2'],
    ],
  },
  { raw: 'a', pairs: [['a', '']] },
  { raw: 'a=', pairs: [['a', '']] },
  { raw: '=', pairs: [['', '']] },
  { raw: '=v', pairs: [['', 'v']] },
  { raw: 'a==b', pairs: [['a', '=b']] },
  { raw: 'a+b+c=d++e+', pairs: [['a b c', 'd  e ']] },
  { raw: 'a=%2B', pairs: [['a', '+']] },
  { raw: 'a=%2b%c3%A9', pairs: [['a', '+\xc3\xa9']] },
  { raw: 'a=1;b=2', pairs: [['a', '1;b=2']] },
  { raw: 'a?b=/c', pairs: [['a?b', '/c']] },
  {
    raw: 'a=1&a=2&a=1',
    pairs: [
      ['a', '1'],
      ['a', '2'],
      ['a', '1'],
    ],
  },
  { raw: 'a=%E9\xe9', pairs: [['a', '\xe9\xe9']] },
  { raw: 'a=%00', pairs: [['a', '\0']] },
  {
    raw: '__proto__=1&constructor=2',
    pairs: [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
  },
  { raw: 'a=1#b', pairs: [['a', '1#b']] },
];
