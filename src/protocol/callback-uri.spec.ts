import fc from 'fast-check';
import { propertyRuns } from '../../test/support/property-runs.js';
import {
  appendToCallback,
  callbackFault,
  matchesRegisteredCallback,
  MAX_CALLBACK_LENGTH,
} from './callback-uri.js';

describe('RFC 5849 §2.1 a callback is an absolute URI', () => {
  it.each([
    'https://client.example/ready',
    'http://printer.example.com/ready',
    'https://client.example',
    'https://client.example:8443/a/b?c=d&e=%20',
    'https://client.example?x',
    'HTTPS://Client.Example/',
    'http://127.0.0.1:3000/cb',
    'http://[::1]:3000/cb',
    'http://localhost/cb',
    'http://my_app/cb',
    'https://xn--caf-dma.example/',
    'com.example.app:/callback',
    'com.example.app://callback?x=1',
    'com.example.app:callback',
  ])('%s can be registered', (uri) => {
    expect(callbackFault(uri)).toBeUndefined();
  });

  it.each([
    '',
    'oob',
    '/ready',
    '//client.example/ready',
    'client.example/ready',
    'https:',
    'https:/client.example',
    'https://',
    'https:///ready',
    'https://?x',
    'https://client.example:/',
    'https://client.example:0/',
    'https://client.example:65536/',
    'https://client.example:x/',
    'https://user@client.example/',
    'https://user:pass@client.example/',
    'https://client.example@evil.example/',
    'https://client.example:80@evil.example/',
    'com.example.app://user@host/',
    'https://client.example/#',
    'https://client.example/#a',
    'com.example.app:/#a',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'com.example.app://::1',
    'myapp:/callback',
    'mailto:a@client.example',
    'blob:https://client.example/x',
    'com.example.app:',
    'https://client.example/a b',
    ' https://client.example/',
    'https://client.example/\n',
    'https://client.example/\r\nSet-Cookie:x',
    'https://client.example/\t',
    'https://client.example/\0',
    'https:\\\\client.example\\',
    'https://client.example\\@evil.example/',
    'https://client.example/"',
    'https://client.example/<b>',
    'https://client.example/{x}',
    'https://client.example/%',
    'https://client.example/%zz',
    'https://café.example/',
    'https://client.example/é',
    'https://client。example/',
    'https://ex%61mple.com/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::1/',
    'https://*.client.example:*/',
    `https://client.example/${'a'.repeat(MAX_CALLBACK_LENGTH)}`,
  ])('%j can’t', (uri) => {
    expect(callbackFault(uri)).toMatch(/^(?:has|is) /);
  });

  it('may have the longest length, and not one character more', () => {
    const uri = 'https://client.example/';
    const longest = uri.padEnd(MAX_CALLBACK_LENGTH, 'a');
    expect(callbackFault(longest)).toBeUndefined();
    expect(callbackFault(`${longest}a`)).toMatch(/characters$/);
  });

  it('that is accepted means one host to the platform’s URL parser, and survives a header', () => {
    const units = fc.constantFrom(
      ...['https://', 'http:', '//', '/', '@', ':', '?', '#', '\\', '.', 'a', '1', '%41', '[', ']'],
      ...['com.x', ' ', '\t', '\n', 'é', '0x', '80', '::1', '。'],
    );
    fc.assert(
      fc.property(fc.string({ unit: units, maxLength: 12 }), (uri) => {
        if (callbackFault(uri) !== undefined) return;
        const parsed = new URL(uri);
        expect(parsed.username + parsed.password + parsed.hash).toBe('');
        expect(uri).toMatch(/^[!-~]+$/);
      }),
      propertyRuns,
    );
  });
});

describe('a callback is one of those registered', () => {
  const registered = [
    'https://client.example/ready?a=1',
    'http://127.0.0.1/cb',
    'http://[::1]:9/cb?x=1',
    'http://localhost:4000',
    'http://localhost.client.example/cb',
    'com.example.app:/cb',
  ];

  it.each([
    'https://client.example/ready?a=1',
    'com.example.app:/cb',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:1/cb',
    'http://127.0.0.1:65535/cb',
    'http://[::1]/cb?x=1',
    'http://[::1]:54321/cb?x=1',
    'http://localhost:5000',
    'http://localhost',
  ])('%s is', (callback) => {
    expect(matchesRegisteredCallback(callback, registered)).toBe(true);
  });

  it.each([
    '',
    'https://client.example/ready',
    'https://client.example/ready?a=1&b=2',
    'https://client.example/ready?a=1/',
    'https://client.example:443/ready?a=1',
    'https://client.example:8443/ready?a=1',
    'HTTPS://client.example/ready?a=1',
    'https://client.example/ready/../ready?a=1',
    'https://client.example.evil.example/ready?a=1',
    'http://client.example/ready?a=1',
    'com.example.app:/cb/x',
    'http://127.0.0.1/cb/',
    'http://127.0.0.1/cb?x',
    'http://127.0.0.1:0/cb',
    'http://127.0.0.1:01/cb',
    'http://127.0.0.1:65536/cb',
    'http://127.0.0.1:/cb',
    'https://127.0.0.1:3000/cb',
    'http://127.0.0.2:3000/cb',
    'http://localhost:3000/cb',
    'http://LOCALHOST:3000',
    'http://localhost:3000/',
    'http://localhost:3000@evil.example',
    'http://localhost:3000.evil.example',
    'http://localhost:3000.client.example/cb',
    'http://localhost.client.example:3000/cb',
    'http://127.0.0.1:3000@evil.example/cb',
    'http://user@127.0.0.1:3000/cb',
    'http://127.0.0.1:3000/cb\n',
  ])('%j is not', (callback) => {
    expect(matchesRegisteredCallback(callback, registered)).toBe(false);
  });

  it('nothing matches where nothing is registered', () => {
    expect(matchesRegisteredCallback('http://localhost/', [])).toBe(false);
  });
});

describe('RFC 5849 §2.2 parameters are appended to the callback', () => {
  const pairs = [
    ['oauth_token', 'a+b'],
    ['oauth_verifier', 'c d'],
  ] as const;
  const appended = 'oauth_token=a%2Bb&oauth_verifier=c%20d';

  it.each([
    ['https://client.example', `https://client.example?${appended}`],
    ['https://client.example/cb', `https://client.example/cb?${appended}`],
    ['https://client.example/cb?', `https://client.example/cb?${appended}`],
    ['https://client.example/cb?b=2&a=%7e+1', `https://client.example/cb?b=2&a=%7e+1&${appended}`],
    ['https://client.example/cb?a&', `https://client.example/cb?a&${appended}`],
    // A query may end in a `?` of its own, and that is none that begins it.
    ['https://client.example/x?k=a?', `https://client.example/x?k=a?&${appended}`],
    ['https://client.example/x??', `https://client.example/x??&${appended}`],
    ['https://client.example/x?&', `https://client.example/x?&${appended}`],
    ['com.example.app:/cb', `com.example.app:/cb?${appended}`],
  ])('%s', (callback, expected) => {
    expect(appendToCallback(callback, pairs)).toBe(expected);
  });
});
