import { createSign } from 'node:crypto';
import {
  privateKey,
  publicKey,
  requestOf,
  rightLevers,
  shapes,
  sign,
} from '../../../test/support/mistaken-signer.js';
import { cases, IS_SHORT, methods } from '../../../test/support/signing-mistakes.js';
import type { Parameter } from '../parameter.js';
import { signatureMethodNamed } from '../signature-methods.js';
import type { HintCode, RefusedRequest } from './mistake.js';
import { altersParametersAlone, MISTAKES } from './mistakes.js';
import type { CompatibilityFlag } from '../compatibility.js';
import { KeyedHash } from './keyed-hash.js';
import { signatureHint, signatureUnderFlag } from './signature-hint.js';

const refused = (method: string, signature: string) => ({
  method: signatureMethodNamed(method)!,
  signature,
  rsaPublicKey: publicKey,
});

/** Where two related mistakes sign the same to the letter, the likelier one is told. */
const isLikelier = (told: HintCode, made: HintCode): boolean =>
  MISTAKES.find(({ code }) => code === told)?.likelierThan?.includes(made) === true;

describe('a hint on a signature that does not hold', () => {
  const all = [...cases()];

  it('has a mutant for every mistake of the table', () => {
    const made = new Set(all.map(({ code }) => code));
    const known = [...MISTAKES.map(({ code }) => code), 'other_hash', 'signature_is_hex'];
    expect(known.filter((code) => !made.has(code as HintCode))).toEqual([]);
  });

  it('names the mistake of 98 % of the mutants at least, and none wrongly', () => {
    const wrong: string[] = [];
    const none: string[] = [];
    for (const { title, code, request, method, signature } of all) {
      const hint = signatureHint(request, refused(method, signature));
      if (hint === undefined) none.push(title);
      else if (hint.code !== code && !isLikelier(hint.code, code))
        wrong.push(`${title}: ${hint.code}`);
    }
    expect(wrong).toEqual([]);
    expect(all.length).toBeGreaterThan(IS_SHORT ? 300 : 2000);
    expect({ none: none.length <= all.length * 0.02, titles: none }).toMatchObject({ none: true });
  });

  it.each(methods)('gives none for another secret, %s', (method) => {
    for (const shape of Object.values(shapes)) {
      const request = requestOf(shape);
      const signature = method.startsWith('RSA')
        ? createSign('RSA-sha1').update('another').sign(privateKey, 'base64')
        : sign({ ...request }, { ...rightLevers(request, 'sha1'), key: 'another&' }, 'hmac');
      expect(signatureHint(request, refused(method, signature))).toBeUndefined();
    }
  });

  it('gives none for PLAINTEXT', () => {
    const request = requestOf({});
    expect(signatureHint(request, refused('PLAINTEXT', 'a&b'))).toBeUndefined();
  });

  it('gives none where two unrelated mistakes fit equally', () => {
    // One empty parameter, in the query: the client leaves out empty values, or the query.
    const request = requestOf({ rawQuery: 'e=' });
    const levers = rightLevers(request, 'sha1');
    const signature = sign(request, { ...levers, pairs: request.header }, 'hmac');
    expect(signatureHint(request, refused('HMAC-SHA1', signature))).toBeUndefined();
  });

  it('gives none of two that fit equally, however long the request is that they are looked for in', () => {
    const fields = [0, 20, 50, 100, 150, 200, 240].map((count) =>
      Array.from({ length: count }, (_, n) => `field${n}=some%20text%21`).join('&'),
    );
    // Much is tried between the two that fit: the realm, and the ways to lose a repeated name.
    const repeated = [1, 4, 8, 9, 10, 11, 12, 14, 16].map(
      (kB) => `a=1&a=2&b=${'x'.repeat(kB * 1000)}`,
    );
    const between = { hasToken: false, tokenSecret: '', otherAuthorities: [], realm: 'a%20b' };
    const told = [...fields, ...repeated].map((formBody) => {
      const request = requestOf({ method: 'POST', rawQuery: 'e=', formBody, ...between });
      const pairs = [...request.header, ...request.form];
      const levers = { ...rightLevers(request, 'sha1'), pairs };
      return signatureHint(request, refused('HMAC-SHA1', sign(request, levers, 'hmac')))?.code;
    });
    expect(told.filter((code) => code !== undefined)).toEqual([]);
  });

  it('tells a mistake in key or method also in a request too long to try all on', () => {
    const formBody = Array.from({ length: 240 }, (_, n) => `field${n}=some%20text%21`).join('&');
    const request = requestOf({ method: 'POST', formBody });
    const levers = rightLevers(request, 'sha1');
    const hintOf = (change: Partial<typeof levers>) =>
      signatureHint(request, refused('HMAC-SHA1', sign(request, { ...levers, ...change }, 'hmac')))
        ?.code;
    expect(hintOf({ key: `${request.consumerSecret}&` })).toBe('token_secret_left_out');
    expect(hintOf({ method: () => 'GET' })).toBe('method_differs');
  });

  it('knows which mistakes alter parameters alone', () => {
    for (const { code, readings } of MISTAKES.filter(altersParametersAlone)) {
      for (const shape of Object.values(shapes)) {
        for (const { method, uri, key } of readings(requestOf(shape))) {
          expect([code, method, uri, key]).toEqual([code, undefined, undefined, undefined]);
        }
      }
    }
  });

  it('holds a signature against one mistake alone', () => {
    const request = requestOf({ hasToken: false, tokenSecret: '' });
    const levers = rightLevers(request, 'sha1');
    const pairs: Parameter[] = [...levers.pairs, ['oauth_token', '']];
    const signature = sign(request, { ...levers, pairs }, 'hmac');
    const under = (flag: CompatibilityFlag) =>
      signatureUnderFlag(flag, request, refused('HMAC-SHA1', signature));
    expect(under('empty_token_signed')).toBeDefined();
    expect(under('line_ends')).toBeUndefined();
  });

  it('hashes a bounded number of octets, however long path, names, values and other hosts are', () => {
    const digest = jest.spyOn(KeyedHash.prototype, 'digest');
    const long: Partial<RefusedRequest>[] = [
      { path: `/${'/'.repeat(8_000)}` },
      { otherAuthorities: ['a.example', 'b.example', 'c.example', 'd.example'] },
      { rawQuery: `${'a'.repeat(4_000)}=1` },
      { otherBody: '&'.repeat(4_096) },
    ];
    const fields = (name: (n: number) => string) =>
      Array.from({ length: 250 }, (_, n) => `${name(n)}=v%20${n}%C3%BC`).join('&');
    // As many parameters, as long a value and as long a form as are let in.
    const largest = [
      { formBody: fields((n) => `n${n}`) },
      { formBody: fields(() => 'n') },
      { formBody: `a=${'%20'.repeat(4_000)}` },
      { formBody: `a=${'xxxxx+'.repeat(10_700)}` },
    ];
    for (const change of [...long, Object.assign({}, ...(long as object[])), ...largest]) {
      digest.mockClear();
      signatureHint(requestOf(change as object), refused('HMAC-SHA1', `${'A'.repeat(27)}=`));
      const octets = digest.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
      // One with the right parameters counts a quarter; the first, with none of the mistakes, does not count.
      expect(octets).toBeLessThan((4 + 1) * 128 * 1024);
    }
    digest.mockRestore();
  });

  it('has an advice in plain ASCII for each', () => {
    for (const { advice } of MISTAKES) expect(advice).toMatch(/^[\x20-\x7e]{20,300}$/);
  });
});
