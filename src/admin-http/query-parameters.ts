import { Problem } from '../http/problem-details.js';

/**
 * Parses the query of a request target into an object of texts. It is strict, because staff would see a wrong
 * list if a parameter were silently dropped or repeated.
 *
 * @throws Problem for a repeated name, and for a query that is not percent-encoded UTF-8
 */
export function queryParameters(target: string): Record<string, string> {
  const start = target.indexOf('?');
  const pieces = start < 0 ? [] : target.slice(start + 1).split('&');
  const parameters = new Map<string, string>();
  for (const piece of pieces) {
    if (piece === '') continue;
    const [name = '', ...value] = piece.split('=').map((part) => part.replaceAll('+', ' '));
    const decoded = decode(name);
    if (parameters.has(decoded)) {
      throw new Problem('validation_failed', 'See `errors`.', {
        errors: [{ pointer: `?${decoded.slice(0, 100)}`, detail: 'must be given once' }],
      });
    }
    parameters.set(decoded, decode(value.join('=')));
  }
  return Object.fromEntries(parameters);
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new Problem('malformed_request', 'The query is not percent-encoded UTF-8.');
  }
}
