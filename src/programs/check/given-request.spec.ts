import { parseGivenRequest } from './given-request.js';

const parse = (text: string) => parseGivenRequest(Buffer.from(text), 'https');
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('a curl command', () => {
  it.each<[string, object]>([
    ['curl https://a/b', { method: 'GET', url: 'https://a/b', headers: {}, body: '' }],
    ['$ curl a/b#c', { method: 'GET', url: 'http://a/b', headers: {}, body: '' }],
    [
      `curl -sS -XPUT 'https://a/b?c=d' \\\n  -H 'Authorization: OAuth a="b"' --compressed`,
      {
        method: 'PUT',
        url: 'https://a/b?c=d',
        headers: { Authorization: 'OAuth a="b"' },
        body: '',
      },
    ],
    [
      `curl https://a -d a=b --data-urlencode 'c=d e*' --data-urlencode =f/ --data-urlencode g+`,
      { method: 'POST', url: 'https://a', headers: FORM, body: 'a=b&c=d%20e%2A&f%2F&g%2B' },
    ],
    [
      `curl --url https://a?x=1 -G -d a=b --data-urlencode "c=\\$d"`,
      { method: 'GET', url: 'https://a?x=1&a=b&c=%24d', headers: {}, body: '' },
    ],
    [
      `curl https://a --data-raw $'@it\\'s\\n\\u00fc' -H "content-type: text/plain"`,
      {
        method: 'POST',
        url: 'https://a',
        headers: { 'content-type': 'text/plain' },
        body: "@it's\nü",
      },
    ],
    [
      `curl -I https://a -H 'X: ü' -H 'Y;' -H 'Accept:'`,
      { method: 'HEAD', url: 'https://a', headers: { X: 'Ã¼', Y: '' }, body: '' },
    ],
  ])('%s', (command, request) => {
    expect(parse(command)).toEqual(request);
  });

  it.each([
    ['curl -s', 'one URL'],
    ['curl https://a https://b', 'one URL'],
    ['curl -u jane:secret https://a', '-u sends a name'],
    ['curl --user jane https://a', '--user sends'],
    ['curl -F a=b https://a', '-F is not read'],
    ['curl -K file https://a', '-K is not read'],
    ['curl --upload-file x https://a', '--upload-file is not read'],
    ['curl -d @file https://a', 'reads a file'],
    ['curl --data-urlencode a@file https://a', 'reads a file'],
    ['curl -H @file https://a', 'reads a file'],
    ['curl -H nonsense https://a', 'Name: value'],
    [`curl -H 'Authorization: a' -H 'authorization: b' https://a`, 'two Authorization'],
    ['curl https://a -X', '-X needs a value'],
    ['curl "https://a/$HOME"', 'has $'],
    ['curl https://a/$(id)', 'has $'],
    ['curl https://a | jq', 'has |'],
    ['curl https://a?b=c&d=e', 'has &'],
    [`curl 'https://a`, 'not closed'],
  ])('%s is refused by name', (command, said) => {
    expect(() => parse(command)).toThrow(said);
  });
});

describe('JSON', () => {
  const har = {
    request: {
      method: 'POST',
      url: 'https://a/b#c',
      headers: [
        { name: ':method', value: 'POST' },
        { name: 'Accept', value: 'a' },
        { name: 'accept', value: 'ü' },
      ],
      postData: { mimeType: 'text/plain', text: 'x' },
    },
  };
  const request = { method: 'POST', url: 'https://a/b', headers: { accept: 'a, Ã¼' }, body: 'x' };

  it('is an entry of a HAR, a HAR of one entry, or the fields of signature-checks', () => {
    expect(parse(JSON.stringify(har))).toEqual(request);
    expect(parse(JSON.stringify({ log: { entries: [har] } }))).toEqual(request);
    expect(parse(JSON.stringify(request))).toEqual(request);
  });

  it.each([
    ['{', 'no JSON'],
    ['{"log":{"entries":[]}}', '0 entries'],
    ['{"log":{"entries":[{},{}]}}', '2 entries'],
    [
      '{"request":{"method":"POST","url":"https://a","headers":[],"postData":{"params":[]}}}',
      'no text',
    ],
    [
      '{"request":{"method":"GET","url":"https://a","headers":[{"name":"a","value":"\\ud800"}]}}',
      'half a character',
    ],
  ])('%s is refused', (text, said) => {
    expect(() => parse(text)).toThrow(said);
  });
});

it('what is none of these is raw HTTP', () => {
  expect(parse('GET /a HTTP/1.1\nHost: b\n\n')).toMatchObject({ url: 'https://b/a' });
  expect(() => parse('GET /a\n')).toThrow('Line 1: ');
});
