/**
 * One request parameter (RFC 5849 §3.4.1.3.1), decoded, as octet strings: every character stands
 * for one octet (code 0–255). Only the parameters named `oauth_*` are known to be UTF-8; what
 * charset the others are in, nobody can tell, so their octets are kept as they came.
 */
export type Parameter = readonly [name: string, value: string];

/** More parameters than the caller is ready to work through. */
export class TooManyParameters extends Error {
  override readonly name = 'TooManyParameters';

  constructor(readonly limit: number) {
    super(`more than ${limit} parameters`);
  }
}
