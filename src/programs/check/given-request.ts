import { isUtf8 } from 'node:buffer';
import { parseRawRequest, RawRequestError, type RawRequest } from '../../input/raw-request.js';
import { MalformedEncoding, octetsOf } from '../../protocol/percent-encoding.js';
import { RestProgramError } from '../rest/rest-program.js';
import { parseCurlCommand } from './curl-command.js';

interface HarRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  readonly postData?: { readonly text?: string };
}

/**
 * Parses a request in a common form: a curl command, an entry of a HAR file (or a HAR with one entry), the fields of
 * `POST /admin/signature-checks`, or raw HTTP/1.
 *
 * @param scheme the scheme of a raw request whose target begins with `/`
 * @throws RestProgramError
 */
export function parseGivenRequest(given: Buffer, scheme: 'http' | 'https'): RawRequest {
  try {
    return parseByItsStart(given, scheme);
  } catch (error) {
    if (error instanceof RawRequestError) throw new RestProgramError(error.message);
    if (!(error instanceof MalformedEncoding)) throw error;
    throw new RestProgramError('The request has half a character, which HTTP cannot carry.');
  }
}

function parseByItsStart(given: Buffer, scheme: 'http' | 'https'): RawRequest {
  const start = given.toString('latin1', 0, 1024).trimStart();
  if (/^(?:\$\s+)?curl\s/.test(start))
    return parseCurlCommand(given.toString().replace(/^\s*\$/, ''));
  if (start.startsWith('{')) return parseJsonRequest(given);
  return parseRawRequest(given, scheme);
}

function parseJsonRequest(given: Buffer): RawRequest {
  let value: unknown;
  try {
    if (isUtf8(given)) value = JSON.parse(given.toString());
  } catch {
    // Reported below.
  }
  if (typeof value !== 'object' || value === null) throw new RestProgramError('This is no JSON.');
  const { log, request } = value as { log?: { entries?: unknown[] }; request?: unknown };
  if (log !== undefined) {
    const entries = log.entries ?? [];
    if (entries.length !== 1) {
      throw new RestProgramError(
        `The HAR has ${entries.length} entries: one is checked at a time.`,
      );
    }
    return parseJsonRequest(Buffer.from(JSON.stringify(entries[0])));
  }
  const found = (request ?? value) as HarRequest | RawRequest;
  return Array.isArray(found.headers) ? fromHar(found as HarRequest) : (found as RawRequest);
}

function fromHar({ method, url, headers = [], postData }: HarRequest): RawRequest {
  const named = new Map<string, [string, string]>();
  for (const { name, value } of headers) {
    // HTTP/2 pseudo-headers: method, scheme, authority and path.
    if (name.startsWith(':')) continue;
    const folded = name.toLowerCase();
    const before = named.get(folded)?.[1];
    if (before !== undefined && folded === 'authorization') {
      throw new RestProgramError('The HAR has two Authorization headers.');
    }
    const text = octetsOf(value);
    named.set(folded, [name, before === undefined ? text : `${before}, ${text}`]);
  }
  if (postData && postData.text === undefined) {
    throw new RestProgramError('The HAR has no text of the body (postData.text).');
  }
  return {
    method,
    url: octetsOf(url.split('#')[0] ?? ''),
    headers: Object.fromEntries(named.values()),
    body: postData?.text ?? '',
  };
}
