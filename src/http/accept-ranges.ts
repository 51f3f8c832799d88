import type { IncomingHttpHeaders } from 'node:http';

/** More ranges than any client sends; the service ignores further ones. */
const RANGES_MAX = 32;

/** The ranges of Accept (RFC 9110 section 12.5.1); undefined if it is absent, empty, or accepts everything. */
export function acceptRanges({ accept }: IncomingHttpHeaders): string[] | undefined {
  const trimmed = accept?.trim();
  return !trimmed || trimmed === '*/*' ? undefined : trimmed.split(',', RANGES_MAX);
}
