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
import { MISTAKES } from './mistakes.js';
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

  it('hashes a bounded number of octets, however long path, names and other hosts are', () => {
    const digest = jest.spyOn(KeyedHash.prototype, 'digest');
    const long: Partial<RefusedRequest>[] = [
      { path: `/${'/'.repeat(8_000)}` },
      { otherAuthorities: ['a.example', 'b.example', 'c.example', 'd.example'] },
      { rawQuery: `${'a'.repeat(4_000)}=1` },
      { otherBody: '&'.repeat(4_096) },
    ];
    for (const change of [...long, Object.assign({}, ...(long as object[]))]) {
      digest.mockClear();
      signatureHint(requestOf(change as object), refused('HMAC-SHA1', `${'A'.repeat(27)}=`));
      const octets = digest.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
      // What is escaped once more has up to three times the octets that are counted.
      expect(octets).toBeLessThan(3 * 96 * 1024 + 64 * 1024);
    }
    digest.mockRestore();
  });

  it('has an advice in plain ASCII for each', () => {
    for (const { advice } of MISTAKES) expect(advice).toMatch(/^[\x20-\x7e]{20,300}$/);
  });
});
