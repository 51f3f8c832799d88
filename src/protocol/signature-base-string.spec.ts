import { RFC_REQUEST } from '../../test/vectors/request-parameters.js';
import { baseStringUri, splitTarget } from './base-string-uri.js';
import { MalformedEncoding } from './percent-encoding.js';
import { collectRequestParameters } from './request-parameters.js';
import { signatureBaseString } from './signature-base-string.js';

describe('RFC 5849 §3.4.1.1 signature base string', () => {
  it(`is, for the request of ${RFC_REQUEST.title}, the one that is printed`, () => {
    const { method, scheme, host, target, authorization, formBody, baseString } = RFC_REQUEST;
    const { path, query } = splitTarget(target);
    const { parameters } = collectRequestParameters({ authorization, query, formBody });
    const uri = baseStringUri({ scheme, authority: host, path });
    expect(signatureBaseString(method, uri, parameters)).toBe(baseString);
  });

  it('has the method in upper case, and encoded where it is an extension', () => {
    expect(signatureBaseString('get', 'http://a/', [])).toBe('GET&http%3A%2F%2Fa%2F&');
    expect(signatureBaseString("M-SEARCH'", 'http://a/', [])).toBe(
      'M-SEARCH%27&http%3A%2F%2Fa%2F&',
    );
    // Text, unlike the URI: a gateway tells it in JSON.
    expect(signatureBaseString('\xe9', 'http://a/', [])).toBe('%C3%89&http%3A%2F%2Fa%2F&');
  });

  it('encodes the path once more: %20 becomes %2520', () => {
    expect(signatureBaseString('GET', 'http://a/r%20v/\xe9', [['a', ' ']])).toBe(
      'GET&http%3A%2F%2Fa%2Fr%2520v%2F%E9&a%3D%2520',
    );
  });

  it('keeps its three parts apart, whatever is in them', () => {
    expect(signatureBaseString('A&B', 'http://a/?&', [['c&', 'd']]).split('&')).toHaveLength(3);
  });

  it('refuses a URI that did not come over HTTP as octets', () => {
    expect(() => signatureBaseString('GET', 'http://a/漢', [])).toThrow(MalformedEncoding);
  });
});
