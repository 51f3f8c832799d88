import { parameterRejected } from './oauth-problem.js';

const FORM = 'application/x-www-form-urlencoded';

/**
 * The kind of a body according to `Content-Type`: a form, whose parameters are signed (RFC 5849 §3.4.1.3.1);
 * something else; or `unclear`: the value begins like that of a form, but continues in a way that no media type
 * allows, so that some programs would parse the body as a form and others would not.
 */
export function contentKind(contentType: string | undefined): 'form' | 'other' | 'unclear' {
  // Blanks around a header's value are not part of it (RFC 9110 section 5.5).
  const type = contentType?.trimStart() ?? '';
  if (type.slice(0, FORM.length).toLowerCase() !== FORM) return 'other';
  return /^[ \t]*(?:;|$)/.test(type.slice(FORM.length)) ? 'form' : 'unclear';
}

/**
 * Whether the body is a form, and so part of the signature.
 *
 * Throws OAuthProblem `parameter_rejected` naming `Content-Type` if that is unclear: a program that acts on the
 * request must not see parameters that the signature does not cover.
 */
export function isFormContent(contentType: string | undefined): boolean {
  const kind = contentKind(contentType);
  if (kind !== 'unclear') return kind === 'form';
  const advice = 'Send one media type as Content-Type, with parameters behind a semicolon or none.';
  throw parameterRejected(['Content-Type'], advice);
}
