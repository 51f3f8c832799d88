import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send, sendRaw } from './http.js';
import { signRequest, type SigningInput } from './signing-client.js';
import {
  encodeText,
  WITNESS_METHODS,
  witnessBaseString,
  witnessSignature,
  type Pair,
} from './signature-witness.js';

const PRINTER = {
  consumerKey: 'dpf43f3p2l4k3l03',
  consumerSecret: 'kd94hf93k423kf44',
  signatureMethod: 'HMAC-SHA1',
  version: null,
} satisfies Partial<SigningInput>;

describe('RFC 5849 §1.2 the example, as printed', () => {
  it('signs the request for temporary credentials', () => {
    const { signature } = signRequest({
      ...PRINTER,
      method: 'POST',
      url: 'https://photos.example.net/initiate',
      timestamp: '137131200',
      nonce: 'wIjqoS',
      callback: 'http://printer.example.com/ready',
    });
    expect(signature).toBe('74KNZJeDHnMBp0EMJ9ZHt/XKycU=');
  });

  it('signs the request for token credentials', () => {
    const { signature } = signRequest({
      ...PRINTER,
      method: 'POST',
      url: 'https://photos.example.net/token',
      token: 'hh5s93j4hdidpola',
      tokenSecret: 'hdhd0244k9j7ao03',
      timestamp: '137131201',
      nonce: 'walatlh',
      verifier: 'hfdp7dh39dks9884',
    });
    expect(signature).toBe('gKgrFCywp7rO0OXSjdot/IHF7IU=');
  });

  it('signs the request for the photo, whose printed signature holds for scheme http only', () => {
    const photo = (scheme: string): string =>
      signRequest({
        ...PRINTER,
        method: 'GET',
        url: `${scheme}://photos.example.net/photos?file=vacation.jpg&size=original`,
        token: 'nnch734d00sl2jdk',
        tokenSecret: 'pfkkdhi9sl3r4s00',
        timestamp: '137131202',
        nonce: 'chapoH',
      }).signature;
    expect(photo('http')).toBe('MdpQcU8iPSUjWoN/UDMsK2sui9I=');
    expect(photo('https')).toBe('91yh92rtXzicpezVYjTDNzieVps=');
  });
});

describe('RFC 5849 §3.4.1.1 the base string of the example', () => {
  const example = {
    method: 'POST',
    url: 'http://EXAMPLE.com:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
    parameters: 'c2&a3=2+q',
    consumerKey: '9djdj82h48djs9d2',
    consumerSecret: 'j49sk3j29djd',
    token: 'kkk9d7dh3k39sjv7',
    tokenSecret: 'dh893hdasih9',
    timestamp: '137131201',
    nonce: '7d8f3e4a',
    version: null,
  } satisfies SigningInput;

  it('is the one printed', () => {
    expect(signRequest(example).baseString).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D' +
        '%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_s' +
        'ignature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  // The signatures printed in sections 3.1 and 3.4.1.3.1 cannot be computed from the printed secrets.
  it.each([
    ['HMAC-SHA1', 'r6/TJjbCOr97/+UU0NsvSne7s5g='],
    ['HMAC-SHA256', 'ypAxjNip++Dm0fTM+gCl8wAo6ufSnseu1WHxL7py3BU='],
    [
      'HMAC-SHA512',
      'aApdjtDvkpOUgVhy366EAF+WZK5xcnpbPqCHYYPFOkvm0mbF2V5hXpRCK0YW7d9rK+K7Qnj3X5HnxAbvFR/x6Q==',
    ],
  ])('gives with %s the signature computed by others', (signatureMethod, signature) => {
    expect(signRequest({ ...example, signatureMethod }).signature).toBe(signature);
  });

  it('is the same wherever the OAuth parameters travel', () => {
    const [header, query, body] = (['header', 'query', 'body'] as const).map(
      (place) => signRequest({ ...example, place }).baseString,
    );
    expect(query).toBe(header);
    expect(body).toBe(header);
  });
});

describe('RFC 5849 §3.4.3, §3.4.4 the other methods', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it.each(['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'])('%s verifies under the public key', (name) => {
    const baseString = 'GET&http%3A%2F%2Fexample.com%2F&a%3Db';
    const signature = witnessSignature(name, baseString, {
      consumerSecret: '',
      tokenSecret: '',
      privateKey,
    });
    const verifier = createVerify(name).update(baseString);
    expect(verifier.verify(publicKey, signature, 'base64')).toBe(true);
  });

  it('PLAINTEXT encodes each secret, then joins them by "&", then encodes that for the header', () => {
    const { headers } = signRequest({
      method: 'GET',
      url: 'https://example.com/',
      consumerKey: 'k',
      consumerSecret: 'djr9rjt0jd78jf88',
      token: 't',
      tokenSecret: 'jjd99$tj88uiths3',
      signatureMethod: 'PLAINTEXT',
    });
    expect(new Map(headers).get('Authorization')).toContain(
      'oauth_signature="djr9rjt0jd78jf88%26jjd99%2524tj88uiths3"',
    );
  });

  it('refuses a method it does not know, and RSA without a key', () => {
    const keys = { consumerSecret: '', tokenSecret: '' };
    expect(() => witnessSignature('MD5', 'b', keys)).toThrow('does not know MD5');
    expect(() => witnessSignature('RSA-SHA256', 'b', keys)).toThrow('needs a privateKey');
    expect(WITNESS_METHODS).toHaveLength(7);
  });
});

describe('RFC 5849 §3.4.1.3 what is easily got wrong', () => {
  const base = (url: string, pairs: readonly Pair[] = []): string =>
    decodeURIComponent(witnessBaseString('get', url, pairs));

  it('sorts repeated names by encoded value and keeps each of them', () => {
    const pairs: Pair[] = [['a', 'b'], ['a', '~'], ['a', ''], ['A', 'z'], ['a', 'b']]; // prettier-ignore
    expect(base('http://h/', pairs)).toBe('GET&http://h/&A=z&a=&a=b&a=b&a=~');
  });

  it('leaves a raw path alone: %2F, %2f and ".." stay', () => {
    expect(base('http://h/a%2Fb/../c%2fd')).toBe('GET&http://h/a%2Fb/../c%2fd&');
  });

  it.each([
    ['HTTP://EXAMPLE.COM:80/r', 'http://example.com/r'],
    ['https://example.com:443', 'https://example.com/'],
    ['https://example.com:80/', 'https://example.com:80/'],
    ['http://[::1]:8080/', 'http://[::1]:8080/'],
  ])('§3.4.1.2 %s becomes %s', (url, expected) => {
    expect(base(url)).toBe(`GET&${expected}&`);
  });

  it('encodes UTF-8, "+", "*" and "~" by section 3.6', () => {
    expect(encodeText('Grüße +*~!')).toBe('Gr%C3%BC%C3%9Fe%20%2B%2A~%21');
    expect(encodeText('☃😀')).toBe('%E2%98%83%F0%9F%98%80');
  });

  it('takes "+" in a query for a space and in the header for a plus', () => {
    const { baseString } = signRequest({
      method: 'GET',
      url: 'http://h/?q=a+b',
      consumerKey: 'k',
      extraParameters: [['scope', 'c+d']],
    });
    expect(baseString).toContain('q%3Da%2520b');
    expect(baseString).toContain('scope%3Dc%252Bd');
  });

  it('sends an unquoted scope and a form with duplicates as told', () => {
    const { headers, body } = signRequest({
      method: 'POST',
      url: 'http://h/',
      consumerKey: 'k',
      extraParameters: [['scope', 'Scope1']],
      unquoted: ['scope'],
      realm: 'Photos',
      parameters: [['a', '1 2'], ['a', 'ü+'], ['b', '']], // prettier-ignore
    });
    expect(new Map(headers).get('Authorization')).toMatch(/^OAuth realm="Photos", .*scope=Scope1/);
    expect(body).toBe('a=1+2&a=%C3%BC%2B&b=');
  });
});

describe('breaking a request in one place', () => {
  const input = { method: 'GET', url: 'http://h/', consumerKey: 'k', nonce: 'n', timestamp: 1 };

  it('omit and override act before signing, on the signature after it', () => {
    const broken = signRequest({
      ...input,
      omit: ['oauth_nonce'],
      override: { oauth_timestamp: '2', oauth_signature: 'no' },
    });
    expect(broken.baseString).not.toContain('oauth_nonce');
    expect(broken.baseString).toContain('oauth_timestamp%3D2');
    expect(new Map(broken.headers).get('Authorization')).toContain('oauth_signature="no"');
    const unsigned = signRequest({ ...input, omit: ['oauth_signature'] });
    expect(new Map(unsigned.headers).get('Authorization')).not.toContain('oauth_signature=');
  });

  it('tamper acts after signing', () => {
    const good = signRequest(input);
    const tampered = signRequest({
      ...input,
      tamper: {
        sentParameters: (pairs) => [...pairs, ['oauth_nonce', 'n']],
        target: (target) => `${target}?x=1`,
      },
    });
    expect(tampered.signature).toBe(good.signature);
    expect(tampered.target).toBe('/?x=1');
    expect(new Map(tampered.headers).get('Authorization')).toMatch(/oauth_nonce.*oauth_nonce/);
    const wrong = signRequest({ ...input, tamper: { baseString: (text) => `${text}x` } });
    expect(wrong.signature).not.toBe(good.signature);
  });

  it('hashes a body that is no form, the empty one too', () => {
    const header = (body: string): string | undefined => {
      const signed = signRequest({ ...input, method: 'PUT', body, bodyHash: 'sha1' });
      return new Map(signed.headers).get('Authorization');
    };
    expect(header('Hello World!')).toContain('"Lve95gjOVATpfV8EL5X4nxwjKHE%3D"');
    expect(header('')).toContain('"2jmj7l5rSw0yVb%2FvlWAYkK%2FYBwk%3D"');
  });
});

describe('send and sendRaw', () => {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    request.resume();
    if (request.url === '/silent') return;
    response.writeHead(302, [['Location', '/elsewhere'], ['X-Two', 'a'], ['X-Two', 'b']].flat()); // prettier-ignore
    response.end('oauth_problem=nonce_used&x=a+b');
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('sends target and repeated headers untouched, and follows no redirect', async () => {
    const reply = await send({
      base: `http://127.0.0.1:${port}`,
      method: 'POST',
      target: '/a%2Fb/../c?x=%zz',
      headers: [['AuthorizatioN', 'OAuth a'], ['AuthorizatioN', 'OAuth b']], // prettier-ignore
      body: 'ü',
    });
    const { url, rawHeaders } = seen.at(-1)!;
    expect(url).toBe('/a%2Fb/../c?x=%zz');
    expect(rawHeaders.filter((field) => field === 'AuthorizatioN')).toHaveLength(2);
    expect(rawHeaders[rawHeaders.indexOf('Content-Length') + 1]).toBe('2');
    expect(reply.status).toBe(302);
    expect(reply.headers['x-two']).toBe('a, b');
    expect(reply.rawHeaders).toContainEqual(['X-Two', 'b']);
    expect(reply.form()).toEqual({ oauth_problem: 'nonce_used', x: 'a b' });
  });

  it('gives up on a server that never answers', async () => {
    const base = `http://127.0.0.1:${port}`;
    await expect(send({ base, target: '/silent', timeoutMs: 100 })).rejects.toThrow();
  });

  it('writes raw bytes', async () => {
    const answer = await sendRaw(port, 'GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 302/);
    expect(await sendRaw(port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
  });
});
