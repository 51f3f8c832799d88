import { formToken, isFormToken } from './form-token.js';

const browserId = 'a'.repeat(32);

describe('the token of a form', () => {
  it('is good for the browser, the purpose and the request it was made for', () => {
    const sent = formToken(browserId, 'decide', 'token');
    expect(isFormToken(sent, browserId, 'decide', 'token')).toBe(true);
  });

  it('is good for nothing else', () => {
    const sent = formToken(browserId, 'decide', 'token');
    expect(isFormToken(sent, 'b'.repeat(32), 'decide', 'token')).toBe(false);
    expect(isFormToken(sent, browserId, 'revoke', 'token')).toBe(false);
    expect(isFormToken(sent, browserId, 'decide', 'other')).toBe(false);
    expect(isFormToken(sent, browserId, 'decide', '')).toBe(false);
  });

  it.each([undefined, '', 'x', formToken(browserId, 'decide', 'token').slice(1), '\u{1f600}'])(
    'refuses %j without a throw',
    (sent) => {
      expect(isFormToken(sent, browserId, 'decide', 'token')).toBe(false);
    },
  );

  it('does not tell the cookie', () => {
    expect(formToken(browserId, 'decide', 'token')).toMatch(/^[\w-]{43}$/);
    expect(formToken(browserId, 'decide', 'token')).not.toContain(browserId);
  });
});
