import { parseRawRequest, RawRequestError, type RawRequest } from './raw-request.js';

const head = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join('');

describe('a raw request', () => {
  it.each<[string, string, RawRequest]>([
    [
      'a target in origin form, its authority from Host',
      head('GET /photos?size=large HTTP/1.1', 'Host: api.example.com', 'Accept: */*', ''),
      {
        method: 'GET',
        url: 'https://api.example.com/photos?size=large',
        headers: { Host: 'api.example.com', Accept: '*/*' },
        body: '',
      },
    ],
    [
      'a target in absolute form, whatever Host says',
      head('GET http://api.example.com:8080/a HTTP/1.1', 'Host: inner', ''),
      {
        method: 'GET',
        url: 'http://api.example.com:8080/a',
        headers: { Host: 'inner' },
        body: '',
      },
    ],
    [
      'line feeds alone, empty lines before it, and no empty line behind it',
      '\n\nGET / HTTP/1.0\nHost:  a.example:8443 \t',
      {
        method: 'GET',
        url: 'https://a.example:8443/',
        headers: { Host: 'a.example:8443' },
        body: '',
      },
    ],
    [
      'a header folded as RFC 5849 prints it',
      head(
        'POST /initiate HTTP/1.1',
        'Host: a',
        'Authorization: OAuth realm="P",',
        '     b="c"',
        '',
      ),
      {
        method: 'POST',
        url: 'https://a/initiate',
        headers: { Host: 'a', Authorization: 'OAuth realm="P", b="c"' },
        body: '',
      },
    ],
    [
      'headers that may be repeated',
      head('GET / HTTP/1.1', 'Host: a', 'Accept: b', 'accept: c', 'Cookie: d=e', 'Cookie: f=g', ''),
      {
        method: 'GET',
        url: 'https://a/',
        headers: { Host: 'a', accept: 'b, c', Cookie: 'd=e; f=g' },
        body: '',
      },
    ],
    [
      'a body as long as Content-Length says, the line end of the editor behind it',
      `${head('POST / HTTP/1.1', 'Host: a', 'Content-Length: 7', '')}a=b&c=\n\n`,
      {
        method: 'POST',
        url: 'https://a/',
        headers: { Host: 'a', 'Content-Length': '7' },
        body: 'a=b&c=\n',
      },
    ],
    [
      'a body without Content-Length, but for its last line end',
      `${head('POST / HTTP/2', 'Host: a', '')}a=ü\r\nb\r\n`,
      { method: 'POST', url: 'https://a/', headers: { Host: 'a' }, body: 'a=ü\r\nb' },
    ],
    [
      'a body that was kept back',
      head('POST / HTTP/1.1', 'Host: a', 'Content-Length: 7', ''),
      { method: 'POST', url: 'https://a/', headers: { Host: 'a', 'Content-Length': '7' } },
    ],
    [
      'no body, said so',
      `${head('POST / HTTP/1.1', 'Host: a', 'Content-Length: 0', '')}\n`,
      {
        method: 'POST',
        url: 'https://a/',
        headers: { Host: 'a', 'Content-Length': '0' },
        body: '',
      },
    ],
    [
      'octets beyond ASCII in a value, one a character',
      head('GET / HTTP/1.1', 'Host: a', 'X-Name: üà', ''),
      { method: 'GET', url: 'https://a/', headers: { Host: 'a', 'X-Name': 'Ã¼Ã\u00a0' }, body: '' },
    ],
  ])('%s', (_, text, request) => {
    expect(parseRawRequest(text)).toEqual(request);
  });

  it('is https unless the target or the caller says otherwise', () => {
    const text = 'GET /a HTTP/1.1\nHost: b\n\n';
    expect(parseRawRequest(text).url).toBe('https://b/a');
    expect(parseRawRequest(text, 'http').url).toBe('http://b/a');
    expect(parseRawRequest(text.replace('/a', 'https://c/a'), 'http').url).toBe('https://c/a');
  });

  it('may hold a body that is no text', () => {
    const octets = Buffer.concat([
      Buffer.from('PUT / HTTP/1.1\nHost: a\nContent-Length: 2\n\n'),
      Buffer.from([0xff, 0x00]),
    ]);
    expect(parseRawRequest(octets)).toEqual({
      method: 'PUT',
      url: 'https://a/',
      headers: { Host: 'a', 'Content-Length': '2' },
      bodyBase64: '/wA=',
    });
  });

  it.each<[string, number, string, string]>([
    ['nothing', 1, '', 'no request line'],
    ['empty lines alone', 1, '\n\r\n', 'no request line'],
    ['no version', 1, 'GET /a\nHost: b\n\n', 'METHOD TARGET'],
    ['headers without a request line', 2, '\nHost: b\nAccept: c\n\n', 'METHOD TARGET'],
    ['an answer', 1, 'HTTP/1.1 200 OK\n\n', 'METHOD TARGET'],
    ['no method', 1, 'G(T /a HTTP/1.1\nHost: b\n\n', 'method'],
    ['a blank in the target', 1, 'GET /a b HTTP/1.1\nHost: b\n\n', '%20'],
    ['a relative target', 1, 'GET a HTTP/1.1\nHost: b\n\n', 'begin with /'],
    ['the target of OPTIONS', 1, 'OPTIONS * HTTP/1.1\nHost: b\n\n', 'begin with /'],
    ['the target of CONNECT', 1, 'CONNECT b:443 HTTP/1.1\nHost: b\n\n', 'begin with /'],
    ['another scheme', 1, 'GET ftp://b/ HTTP/1.1\nHost: b\n\n', 'http or https'],
    ['an absolute URL without a host', 1, 'GET https:///a HTTP/1.1\n\n', 'http or https'],
    ['a fragment', 1, 'GET /a#b HTTP/1.1\nHost: b\n\n', 'fragment'],
    ['a control character in the target', 1, 'GET /\u0001 HTTP/1.1\nHost: b\n\n', 'control'],
    ['no host', 1, 'GET /a HTTP/1.1\nAccept: b\n\n', 'Host'],
    ['an empty host', 2, 'GET /a HTTP/1.1\nHost:\n\n', 'Host'],
    ['a host that is a URL', 2, 'GET /a HTTP/1.1\nHost: https://b\n\n', 'Host'],
    ['a folded request line', 2, 'GET /a\n HTTP/1.1\nHost: b\n\n', 'no header'],
    ['a line that is no header', 3, 'GET /a HTTP/1.1\nHost: b\nc=d\n', 'empty line'],
    ['a body without the empty line', 3, 'POST /a HTTP/1.1\nHost: b\n{"a": 1}\n', 'empty line'],
    ['a blank before the colon', 2, 'GET /a HTTP/1.1\nHost : b\n\n', 'no header'],
    ['a control character', 3, 'GET /a HTTP/1.1\nHost: b\nX: c\u0000\n\n', 'control'],
    ['a bare CR in a value', 3, 'GET /a HTTP/1.1\nHost: b\nX: c\rd: e\n\n', 'control'],
    [
      'two Authorization',
      5,
      head(
        'GET /a HTTP/1.1',
        'authorization: OAuth a="b",',
        ' c="d"',
        'Host: b',
        'Authorization: OAuth',
        '',
      ),
      'line 2',
    ],
    ['two Host', 3, 'GET /a HTTP/1.1\nHost: b\nhost: b\n\n', 'line 2'],
    [
      'chunks',
      3,
      'POST /a HTTP/1.1\nHost: b\nTransfer-Encoding: chunked\n\n1\na\n0\n\n',
      'Transfer',
    ],
    [
      'a length that is no number',
      3,
      'POST /a HTTP/1.1\nHost: b\nContent-Length: -1\n\n',
      'number',
    ],
    [
      'a body that is too short',
      5,
      'POST /a HTTP/1.1\nHost: b\nContent-Length: 3\n\nab',
      '2 octets',
    ],
    ['a body that is too long', 5, 'POST /a HTTP/1.1\nHost: b\nContent-Length: 1\n\nab', 'says 1'],
  ])('%s: the error names line %d', (_, line, text, said) => {
    const error = faultOf(text);
    expect(error).toBeInstanceOf(RawRequestError);
    expect(error).toMatchObject({ line });
    expect(error.message).toMatch(new RegExp(`^Line ${line}: `));
    expect(error.message).toContain(said);
  });

  it('reads 64 KiB of anything in time that grows with its length', () => {
    for (const run of ['\n', '\r', ' ', 'a: b\n', '\n a', ': ', 'GET ']) {
      const startedAt = performance.now();
      faultOf(`GET / HTTP/1.1\nHost: a\n${run.repeat(65_536 / run.length)}`);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
  });
});

function faultOf(text: string): Error {
  try {
    parseRawRequest(text);
    return new Error('was read');
  } catch (error) {
    return error as Error;
  }
}
