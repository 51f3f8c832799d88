/** Valid Authorization headers of https://www.rfc-editor.org/rfc/rfc5849#section-3.5.1, and their parameters. */
export const HEADERS: readonly {
  rule: string;
  value: string;
  parameters: readonly (readonly [string, string])[];
}[] = [
  { rule: 'no parameter at all', value: 'OAuth', parameters: [] },
  { rule: 'a blank and no parameter', value: 'OAuth ', parameters: [] },
  { rule: 'a realm alone', value: 'OAuth realm="x"', parameters: [] },
  { rule: 'the scheme in lower case', value: 'oauth a="1"', parameters: [['a', '1']] },
  { rule: 'the scheme in upper case', value: 'OAUTH a="1"', parameters: [['a', '1']] },
  { rule: 'a tab behind the scheme', value: 'OAuth\ta="1"', parameters: [['a', '1']] },
  {
    rule: 'no blank behind a comma',
    value: 'OAuth a="1",b="2"',
    parameters: [
      ['a', '1'],
      ['b', '2'],
    ],
  },
  {
    rule: 'blanks, tabs and folded lines around commas',
    value: 'OAuth  a="1" \t,\r\n\tb="2"  ',
    parameters: [
      ['a', '1'],
      ['b', '2'],
    ],
  },
  {
    rule: 'blanks around "="',
    value: 'OAuth a = "1", b= 2',
    parameters: [
      ['a', '1'],
      ['b', '2'],
    ],
  },
  {
    rule: 'surplus commas',
    value: 'OAuth ,,a="1",, ,b="2",',
    parameters: [
      ['a', '1'],
      ['b', '2'],
    ],
  },
  {
    rule: 'bare values',
    value: 'OAuth scope=Scope1,a=2',
    parameters: [
      ['scope', 'Scope1'],
      ['a', '2'],
    ],
  },
  {
    rule: 'an empty value',
    value: 'OAuth a="", b=, c=',
    parameters: [
      ['a', ''],
      ['b', ''],
      ['c', ''],
    ],
  },
  {
    rule: 'commas inside quotes',
    value: 'OAuth a="1,b=2", c="3"',
    parameters: [
      ['a', '1,b=2'],
      ['c', '3'],
    ],
  },
  { rule: 'encoded names and values', value: 'OAuth a%20b="c%2Cd"', parameters: [['a b', 'c,d']] },
  { rule: 'a plus is a plus', value: 'OAuth a="1+2%2B3"', parameters: [['a', '1+2+3']] },
  {
    rule: 'unencoded base64',
    value: 'OAuth a="x/y+z==", b=x/y+z==',
    parameters: [
      ['a', 'x/y+z=='],
      ['b', 'x/y+z=='],
    ],
  },
  {
    rule: 'a realm in the middle',
    value: 'OAuth a="1", realm="x", b="2"',
    parameters: [
      ['a', '1'],
      ['b', '2'],
    ],
  },
  {
    rule: 'a realm with commas, quoted pairs, bad escapes and parameters inside',
    value: 'OAuth realm="x, a=\\"9\\", 100%, \\\\", b="2"',
    parameters: [['b', '2']],
  },
  { rule: 'a bare realm', value: 'OAuth realm=x, b="2"', parameters: [['b', '2']] },
  { rule: 'two realms', value: 'OAuth realm="x", realm="y", b="2"', parameters: [['b', '2']] },
  { rule: 'an encoded realm', value: 'OAuth re%61lm="x", b="2"', parameters: [['b', '2']] },
  { rule: 'Realm is another name', value: 'OAuth Realm="x"', parameters: [['Realm', 'x']] },
  {
    rule: 'repeated names',
    value: 'OAuth a="2", a="1"',
    parameters: [
      ['a', '2'],
      ['a', '1'],
    ],
  },
  { rule: 'octets beyond ASCII', value: 'OAuth a="\xe9"', parameters: [['a', '\xe9']] },
  {
    rule: 'a name from Object.prototype',
    value: 'OAuth __proto__="1"',
    parameters: [['__proto__', '1']],
  },
];

export const OTHER_SCHEMES: readonly string[] = [
  '',
  ' ',
  'Basic Zm9vOmJhcg==',
  'Bearer OAuth a="1"',
  'OAuth2 a="1"',
  'OAuth,a="1"',
  'OAuth="1"',
  'OAut',
  'a="1"',
];

export const MALFORMED_HEADERS: readonly string[] = [
  'OAuth a',
  'OAuth a, b="1"',
  'OAuth a b="1"',
  'OAuth ="1"',
  'OAuth a="1',
  'OAuth a="',
  'OAuth a="1\\"',
  'OAuth a="1"b="2"',
  'OAuth a="1" b="2"',
  'OAuth a="1""2"',
  'OAuth a=1 2',
  'OAuth a=1"2"',
  'OAuth "a"="1"',
  'OAuth realm="x',
  'OAuth realm',
  'OAuth realm="a"b"',
];
