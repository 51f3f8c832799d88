import type { IncomingHttpHeaders } from 'node:http';

/** More ranges than any client sends; further ones are not read. */
const RANGES_MAX = 32;

/** The ranges of Accept (RFC 9110 section 12.5.1); undefined where there is nothing to weigh: none, or the usual all. */
export function acceptRanges({ accept }: IncomingHttpHeaders): string[] | undefined {
  const trimmed = accept?.trim();
  return !trimmed || trimmed === '*/*' ? undefined : trimmed.split(',', RANGES_MAX);
}
