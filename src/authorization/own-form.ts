import { isFormToken, type FormPurpose } from './form-token.js';
import { PageRefusal } from './page-refusal.js';
import type { BrowserRequest } from './browser-request.js';

/**
 * Makes sure that a posted form comes from a page that this service sent to this very browser
 * (RFC 5849 section 4.13). Browsers say where a form comes from, in Origin or Sec-Fetch-Site, and
 * must then say "from here"; programs that say nothing have no owner's cookie to abuse. The token
 * in the form is asked for in any case.
 *
 * @returns the browser's id
 * @throws PageRefusal no-cookie, forged
 */
export function assertOwnForm(visit: BrowserRequest, purpose: FormPurpose, about: string): string {
  const { from, ownOrigin, browserId, form } = visit;
  if (from.origin !== undefined && from.origin !== ownOrigin) throw new PageRefusal('forged');
  if (from.site !== undefined && from.site !== 'same-origin') throw new PageRefusal('forged');
  if (browserId === undefined) throw new PageRefusal('no-cookie');
  if (!isFormToken(form.one('form_token'), browserId, purpose, about)) {
    throw new PageRefusal('forged');
  }
  return browserId;
}
