import { callbackDestination } from './callback-destination.js';

describe('where a callback leads', () => {
  it.each([
    ['https://printer.example.com/ready?a=b', 'https://printer.example.com', 'printer.example.com'],
    [
      'https://printer.example.com:444/',
      'https://printer.example.com:444',
      'printer.example.com:444',
    ],
    ['HTTPS://printer.example.com:443/', 'https://printer.example.com', 'printer.example.com'],
    ['http://[2001:db8::1]/', 'http:', '[2001:db8::1]'],
    // A registered name may have these; a policy would end, or start a new source, at them.
    ["https://a;script-src'*'.example.com/", 'https:', "a;script-src'*'.example.com"],
    ['https://a,b.example.com/', 'https:', 'a,b.example.com'],
  ])('%s: a site, and form-action %s', (callback, source, host) => {
    expect(callbackDestination(callback)).toEqual({ kind: 'host', host, source });
  });

  it.each([
    ['http://127.0.0.1:4711/ready', 'http://127.0.0.1:4711', '127.0.0.1:4711'],
    ['http://localhost/ready', 'http://localhost', 'localhost'],
    ['http://[::1]:4711/ready', 'http:', '[::1]:4711'],
    ['com.example.app:/ready', 'com.example.app:', 'com.example.app'],
    ['com.example.app://ready;x,y', 'com.example.app:', 'com.example.app'],
  ])('%s: a program on the device, and form-action %s', (callback, source, name) => {
    expect(callbackDestination(callback)).toEqual({ kind: 'device', name, source });
  });

  it('oob: nowhere', () => {
    expect(callbackDestination('oob')).toEqual({ kind: 'oob' });
  });
});
