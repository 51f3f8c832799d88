import type { IncomingMessage } from 'node:http';

/** A header that affects a decision was sent twice, so it is ambiguous which value counts. */
export class RepeatedHeader extends Error {
  constructor(readonly headerName: string) {
    super(`${headerName} was sent more than once`);
  }
}

/**
 * The value of a header that may be sent only once. Node silently keeps the first of two; an intermediary may
 * have used the second.
 *
 * @param name in lower case
 * @throws RepeatedHeader
 */
export function singleHeader(request: IncomingMessage, name: string): string | undefined {
  const { rawHeaders } = request;
  let value: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] as string;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    if (value !== undefined) throw new RepeatedHeader(name);
    value = rawHeaders[index + 1];
  }
  return value;
}

/** The last value of a header to which proxies append; undefined if it is absent or empty. */
export function lastForwardedValue(request: IncomingMessage, name: string): string | undefined {
  const header = request.headers[name];
  const joined = Array.isArray(header) ? header.join(',') : header;
  return joined?.split(',').at(-1)?.trim() || undefined;
}
