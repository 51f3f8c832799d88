import { PageRefusal } from './page-refusal.js';
import type { PageRequest } from './page-request.js';

/**
 * Checks that a page of this service posted the form. Browsers name the form's origin in Origin or Sec-Fetch-Site,
 * and it must be this service. Programs that send neither header have no cookies that an attacker could use, and the
 * service requires a token or cookie in any case.
 *
 * @throws PageRefusal forged
 */
export function assertSameOrigin({ from, ownOrigin }: PageRequest): void {
  if (from.origin !== undefined && from.origin !== ownOrigin) throw new PageRefusal('forged');
  if (from.site !== undefined && from.site !== 'same-origin') throw new PageRefusal('forged');
}
