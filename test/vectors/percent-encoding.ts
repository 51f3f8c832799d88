/** Texts, and their encoding by https://www.rfc-editor.org/rfc/rfc5849#section-3.6. */
export const ENCODED_TEXTS: readonly { text: string; encoded: string }[] = [
  { text: '', encoded: '' },
  { text: 'abcABC123', encoded: 'abcABC123' },
  { text: '-._~', encoded: '-._~' },
  { text: '%', encoded: '%25' },
  { text: '+', encoded: '%2B' },
  { text: ' ', encoded: '%20' },
  { text: '&=*', encoded: '%26%3D%2A' },
  { text: "!'()", encoded: '%21%27%28%29' },
  { text: '/?#[]@:;,$', encoded: '%2F%3F%23%5B%5D%40%3A%3B%2C%24' },
  { text: '"\\<>^`{|}', encoded: '%22%5C%3C%3E%5E%60%7B%7C%7D' },
  { text: '\0\n\r\t', encoded: '%00%0A%0D%09' },
  { text: '\u007f', encoded: '%7F' },
  { text: '\u0080', encoded: '%C2%80' },
  { text: 'é', encoded: '%C3%A9' },
  { text: '、', encoded: '%E3%80%81' },
  { text: '\ufeffx', encoded: '%EF%BB%BFx' },
  { text: '🥐', encoded: '%F0%9F%A5%90' },
];

/** Texts that no encoder produces. */
export const MALFORMED_ENCODINGS: readonly string[] = [
  '%',
  '%2',
  '%%20',
  '%2 ',
  '%G1',
  '%1g',
  '%u0041',
  '%-1',
  'a%',
  '% 41',
  '%\uff11\uff11',
  'café\u0301',
  '\u{1f950}',
];

/** Octets that are not UTF-8: stray, truncated, overlong, a surrogate, beyond U+10FFFF. */
export const NOT_UTF8: readonly string[] = [
  '\xff',
  '\x80',
  '\xc3',
  'a\xe2\x82',
  '\xc0\x80',
  '\xc1\xbf',
  '\xe0\x80\xaf',
  '\xed\xa0\x80',
  '\xf4\x90\x80\x80',
  '\xf8\x88\x80\x80\x80',
];
