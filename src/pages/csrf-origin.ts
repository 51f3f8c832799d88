import { PageRefusal } from './page-refusal.js';
import type { PageRequest } from './page-request.js';

/**
 * Makes sure that a form was posted from a page of this service. Browsers say where a form comes
 * from, in Origin or Sec-Fetch-Site, and must then say "from here"; programs that say nothing have
 * no cookie to abuse, and a token or cookie is asked for in any case.
 *
 * @throws PageRefusal forged
 */
export function assertSameOrigin({ from, ownOrigin }: PageRequest): void {
  if (from.origin !== undefined && from.origin !== ownOrigin) throw new PageRefusal('forged');
  if (from.site !== undefined && from.site !== 'same-origin') throw new PageRefusal('forged');
}
