import { Problem } from '../http/problem-details.js';

/** The strong entity tag of a version (RFC 9110 section 8.8.3). */
export const entityTag = (version: number): string => `"${version}"`;

const TAG = /^[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*$/;
const MAX_VERSION = 2 ** 31 - 1;

/**
 * The versions that If-Match (RFC 9110 section 13.1.1) names. Undefined means any version: without the header,
 * and for `*`. Weak tags and tags of others never match.
 *
 * @throws Problem for a value that is not a list of entity tags
 */
export function versionsIn(ifMatch: string | undefined): readonly number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return ifMatch
    .split(',')
    .map((tag) => {
      const [matched, weak, opaque = ''] = TAG.exec(tag) ?? [];
      if (matched === undefined) {
        throw new Problem('malformed_request', 'If-Match must list entity tags, such as "1".');
      }
      return weak === undefined && /^[1-9]\d{0,9}$/.test(opaque) ? Number(opaque) : 0;
    })
    .filter((version) => version > 0 && version <= MAX_VERSION);
}
