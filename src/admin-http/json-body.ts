import type { IncomingMessage } from 'node:http';
import { Problem } from '../http/problem-details.js';
import { MAX_BODY_OCTETS, readBody } from '../http/request-body.js';
import { sizeOf } from '../input/document-size.js';
import { InvalidInput } from '../input/input-fault.js';
import { repeatsName } from '../input/repeated-name.js';

const JSON_TYPE =
  /^application\/(json|merge-patch\+json)[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?;?$/i;

/** Far more than any operation needs. A limit on octets alone would not limit the memory that parsed lists take. */
const MAX_VALUES = 4096;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads and parses a JSON body (RFC 8259: UTF-8). An absent body counts as an empty object, for operations
 * without required properties. `application/merge-patch+json` (RFC 7396) is for PATCH alone. The service
 * refuses an object that names a property twice, and more than MAX_VALUES values.
 *
 * @throws HttpRefusal, Problem, InvalidInput
 */
export async function readJsonBody(
  request: IncomingMessage,
  maxOctets = MAX_BODY_OCTETS,
): Promise<unknown> {
  const body = await readBody(request, maxOctets);
  if (body.length === 0) return {};
  const type = typeOf(request);
  if (type === undefined || (type !== 'json' && request.method !== 'PATCH')) {
    throw new Problem('unsupported_media_type', 'Send JSON, as Content-Type: application/json.');
  }
  const { text, value } = parse(body);
  const size = sizeOf(value);
  if (size.values > MAX_VALUES) {
    throw new InvalidInput([{ pointer: '', detail: `must hold at most ${MAX_VALUES} values` }]);
  }
  if (repeatsName(text, size)) {
    throw new Problem('malformed_json', 'An object in the body names a property twice.');
  }
  return value;
}

/** Whether the body is a JSON Merge Patch, by its Content-Type (RFC 7396 section 4). */
export const isMergePatch = (request: IncomingMessage): boolean =>
  typeOf(request) === 'merge-patch+json';

const typeOf = ({ headers }: IncomingMessage): string | undefined =>
  JSON_TYPE.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();

function parse(body: Buffer): { text: string; value: unknown } {
  try {
    const text = UTF_8.decode(body);
    return { text, value: JSON.parse(text) };
  } catch {
    // The parser's own message repeats part of the body, which may be a secret.
    throw new Problem('malformed_json', 'The body can not be parsed as JSON in UTF-8.');
  }
}
