import { parameterRejected } from './oauth-problem.js';

const FORM = 'application/x-www-form-urlencoded';

/**
 * What a `Content-Type` makes of a body: a form, whose parameters are signed (RFC 5849 §3.4.1.3.1);
 * something else; or `unclear`: it begins as a form's and goes on with what no media type has, so that
 * some would parse the body as a form and others would not.
 */
export function contentKind(contentType: string | undefined): 'form' | 'other' | 'unclear' {
  // Blanks around a header's value are no part of it (RFC 9110 section 5.5).
  const type = contentType?.trimStart() ?? '';
  if (type.slice(0, FORM.length).toLowerCase() !== FORM) return 'other';
  return /^[ \t]*(?:;|$)/.test(type.slice(FORM.length)) ? 'form' : 'unclear';
}

/**
 * Whether the body is a form, and so part of the signature.
 *
 * Throws OAuthProblem `parameter_rejected` naming `Content-Type` where that is unclear: whoever acts on
 * the request must not see parameters that the signature did not cover.
 */
export function isFormContent(contentType: string | undefined): boolean {
  const kind = contentKind(contentType);
  if (kind !== 'unclear') return kind === 'form';
  const advice = 'Send one media type as Content-Type, with parameters behind a semicolon or none.';
  throw parameterRejected(['Content-Type'], advice);
}
