import type { IncomingMessage } from 'node:http';
import { readBody } from '../http/request-body.js';
import { soleHeader } from '../http/sole-header.js';
import { splitTarget } from '../protocol/base-string-uri.js';
import { parseFormEncoded } from '../protocol/form-encoding.js';
import { textOf } from '../protocol/percent-encoding.js';
import { MAX_PARAMETERS } from '../protocol/request-parameters.js';

/**
 * The `oauth_token` that a browser brought, in the query or in a posted form. Undefined when there
 * is not exactly one, or the request is not well-formed; the page says "unknown" to all of that.
 */
export async function sentToken(request: IncomingMessage): Promise<string | undefined> {
  try {
    const { query } = splitTarget(request.url ?? '');
    const isForm = soleHeader(request, 'content-type')?.startsWith(
      'application/x-www-form-urlencoded',
    );
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    const sent = [
      ...parseFormEncoded(query, MAX_PARAMETERS),
      ...parseFormEncoded(isForm === true && body ? body.toString('latin1') : '', MAX_PARAMETERS),
    ].filter(([name]) => name === 'oauth_token');
    const [token] = sent;
    return sent.length === 1 && token ? textOf(token[1]) : undefined;
  } catch {
    return undefined;
  }
}
