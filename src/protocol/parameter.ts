/**
 * One request parameter (RFC 5849 §3.4.1.3.1), decoded, as octet strings: each character is one octet (code 0–255).
 * Only `oauth_*` parameters are known to be UTF-8. The charset of the others is unknown, so their octets are not
 * changed.
 */
export type Parameter = readonly [name: string, value: string];

/** The request has more parameters than the caller accepts. */
export class TooManyParameters extends Error {
  override readonly name = 'TooManyParameters';

  constructor(readonly limit: number) {
    super(`more than ${limit} parameters`);
  }
}
