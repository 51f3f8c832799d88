import { randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { CsrfTokens, type FormPurpose } from './csrf-tokens.js';

const settings = { sessionTtlSeconds: 60 } as Settings;
const ring = [{ id: 'one', key: randomBytes(32) }];
const tokens = new CsrfTokens(new DerivedKeys(ring), settings);
const form: FormPurpose = { purpose: 'decide', subject: 'jane', about: 'token' };

describe('the token of a form', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is good for the owner, the purpose and the request it was made for', () => {
    expect(tokens.verify(tokens.make(form), form)).toBe(true);
  });

  it.each<[string, Partial<FormPurpose>]>([
    ['another owner', { subject: 'eve' }],
    ['another purpose', { purpose: 'revoke' }],
    ['another request', { about: 'other' }],
    ['no request', { about: '' }],
  ])('is good for no %s', (_, other) => {
    expect(tokens.verify(tokens.make(form), { ...form, ...other })).toBe(false);
  });

  it('values that are joined otherwise are others', () => {
    const sent = tokens.make({ ...form, subject: 'jane","x', about: 'y' });
    expect(tokens.verify(sent, { ...form, subject: 'jane', about: 'x","y' })).toBe(false);
  });

  it('is good for as long as a session can last, and no longer', () => {
    const sent = tokens.make(form);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + 59_000);
    expect(tokens.verify(sent, form)).toBe(true);
    jest.spyOn(Date, 'now').mockReturnValue(now + 62_000);
    expect(tokens.verify(sent, form)).toBe(false);
    const [, mac = ''] = sent.split('.');
    expect(tokens.verify(`${Math.ceil(now / 1000) + 600}.${mac}`, form)).toBe(false);
  });

  it('outlives a rotation of the key, and not its end', () => {
    const sent = tokens.make(form);
    const next = { id: 'two', key: randomBytes(32) };
    const rotated = new CsrfTokens(new DerivedKeys([next, ...ring]), settings);
    expect(rotated.verify(sent, form)).toBe(true);
    expect(new CsrfTokens(new DerivedKeys([next]), settings).verify(sent, form)).toBe(false);
  });

  it.each([
    undefined,
    '',
    'x',
    '.',
    '1.',
    'x'.repeat(5000),
    '\u{1f600}',
    tokens.make(form).slice(1),
  ])('refuses %j without a throw', (sent) => {
    expect(tokens.verify(sent, form)).toBe(false);
  });
});
