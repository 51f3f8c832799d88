import type { IncomingMessage } from 'node:http';
import type { RefusedRequest } from '../protocol/hints/mistake.js';
import { refusedRequest } from './refused-request.js';

const KEYS = { genuine: true, consumerSecret: 's', tokenSecret: '', rsaPublicKey: undefined };

describe('a request as the hints search it', () => {
  const of = (
    authorization: string,
    headers: IncomingMessage['headers'],
    publicAuthority?: string,
  ): RefusedRequest =>
    refusedRequest(
      {
        method: 'GET',
        scheme: 'http',
        authority: 'photos.example.net',
        target: '/photos?a=1',
        authorization,
        contentType: undefined,
        body: undefined,
        clientAddress: '127.0.0.1',
        source: { headers } as IncomingMessage,
      } as Parameters<typeof refusedRequest>[0],
      [],
      undefined,
      KEYS,
      publicAuthority,
    );

  it.each([
    ['OAuth realm="Photos of Jane", a="b"', 'Photos of Jane'],
    ['OAuth a="b",realm="x"', 'x'],
    ['OAuth realm=Photos,a="b"', 'Photos'],
    ['OAuth a="b"', undefined],
    ['OAuth xrealm="x"', undefined],
  ])('%s: the realm, quoted or bare', (authorization, realm) => {
    expect(of(authorization, {}).realm).toBe(realm);
  });

  it('names every other authority, each hop of X-Forwarded-Host too', () => {
    const headers = { host: 'photos.example.net', 'x-forwarded-host': 'A.example, b.example:8080' };
    expect(of('OAuth', headers, 'public.example').otherAuthorities).toEqual([
      'A.example',
      'b.example:8080',
      'public.example',
    ]);
  });

  it('names four at most, each once, and nothing that is no host', () => {
    const forwarded = `${','.repeat(5)}a b,a,a,b,c,d,e${',f'.repeat(7_000)}`;
    const headers = { host: 'photos.example.net', 'x-forwarded-host': forwarded };
    expect(of('OAuth', headers).otherAuthorities).toEqual(['a', 'b', 'c', 'd']);
  });
});
