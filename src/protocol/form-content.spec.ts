import { contentKind, isFormContent } from './form-content.js';
import { OAuthProblem } from './oauth-problem.js';

const FORM = 'application/x-www-form-urlencoded';

describe('RFC 5849 §3.4.1.3.1 what a Content-Type makes of a body', () => {
  it.each([
    FORM,
    FORM.toUpperCase(),
    `${FORM};`,
    `${FORM} \t; charset=utf-8`,
    `${FORM}  `,
    // Blanks around a header's value are no part of it (RFC 9110 section 5.5).
    ` \t${FORM}`,
  ])('%j: a form', (contentType) => expect(isFormContent(contentType)).toBe(true));

  it.each([undefined, '', 'text/plain', `text/plain; a=${FORM}`, 'application/x-www-form'])(
    '%j: none',
    (contentType) => expect(isFormContent(contentType)).toBe(false),
  );

  // Each of these is a form for programs that look for the name alone, and none for those that parse it.
  it.each([
    `${FORM}, text/plain`,
    `${FORM}x`,
    `${FORM}/`,
    `${FORM} x`,
    `${FORM}\u00a0`,
    `${FORM}\v;`,
  ])('%j: refused', (contentType) => {
    expect(contentKind(contentType)).toBe('unclear');
    expect(() => isFormContent(contentType)).toThrow(OAuthProblem);
    expect(() => isFormContent(contentType)).toThrow(
      expect.objectContaining({ status: 400, parameters: ['Content-Type'] }),
    );
  });
});
