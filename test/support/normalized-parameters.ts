import type { Parameter } from '../../src/protocol/parameter.js';
import { percentDecode } from '../../src/protocol/percent-encoding.js';
import { signatureBaseString } from '../../src/protocol/signature-base-string.js';

/** The normalized parameters (RFC 5849 §3.4.1.3.2), decoded from the base string. */
export function normalizedParameters(
  parameters: readonly Parameter[],
  unencodedName?: string,
): string {
  const baseString = signatureBaseString('GET', 'http://a/', parameters, unencodedName);
  return percentDecode(baseString.slice('GET&http%3A%2F%2Fa%2F&'.length));
}
