// What one known mistake of a client is, for the table in mistakes.ts. Nothing here decides
// anything: a mistake says what a client that makes it would have signed, and with which key.
import type { CompatibilityFlag } from '../compatibility.js';
import type { Parameter } from '../parameter.js';

/** The codes of the contract's section 10, as `oauth_signature_hint` tells them. */
export type HintCode =
  | 'key_incomplete'
  | 'token_secret_left_out'
  | 'secrets_swapped'
  | 'secrets_not_encoded'
  | 'secret_not_utf8'
  | 'other_hash'
  | 'signature_is_hex'
  | 'signature_is_base64url'
  | 'signature_plus_lost'
  | 'signature_encoded_twice'
  | 'method_differs'
  | 'scheme_differs'
  | 'port_included'
  | 'port_left_out'
  | 'port_behind_path'
  | 'host_differs'
  | 'path_decoded'
  | 'path_encoded_twice'
  | 'trailing_slash'
  | 'query_in_uri'
  | 'query_left_out'
  | 'form_left_out'
  | 'body_as_form'
  | 'space_as_plus'
  | 'plus_taken_literally'
  | 'reserved_not_encoded'
  | 'lower_case_escapes'
  | 'values_encoded_twice'
  | 'values_not_encoded'
  | 'not_utf8'
  | 'sorted_before_encoding'
  | 'sorted_by_language'
  | 'not_sorted'
  | 'repeated_name_lost'
  | 'sent_twice'
  | 'empty_value_left_out'
  | 'line_ends'
  | 'empty_token_signed'
  | 'version_signed'
  | 'realm_signed'
  | 'oauth_value_decoded_twice'
  | 'body_hash_left_out';

/** The parameters of one place (RFC 5849 §3.5), decoded, as octets. */
export interface PlacedParameters {
  readonly header: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly form: readonly Parameter[];
}

/** A request whose signature did not hold, with the secrets that it should have been made with. */
export interface RefusedRequest extends PlacedParameters {
  /** As sent. */
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** In lower case, without the scheme's own port (RFC 5849 §3.4.1.2). */
  readonly authority: string;
  /** Other authorities that the request names, as sent: `Host`, `X-Forwarded-Host`, `PUBLIC_URL`. */
  readonly otherAuthorities: readonly string[];
  /** Raw. */
  readonly path: string;
  /** Raw, without the `?`. */
  readonly rawQuery: string;
  /** The form body, raw; empty where the body is none. */
  readonly formBody: string;
  /** A body that is no form, as octets; empty where there is none. */
  readonly otherBody: string;
  /** The `realm` of the header, as it stands there; undefined where there is none. */
  readonly realm: string | undefined;
  /** Whether a token was sent. */
  readonly hasToken: boolean;
  readonly consumerSecret: string;
  /** Empty where the request has no token. */
  readonly tokenSecret: string;
}

/**
 * What a client with the mistake signs, where it differs from what RFC 5849 says. Several members
 * stand together; those that are left out are as they should be.
 */
export interface Reading {
  /** RFC 5849 §3.4.1.1, before it is encoded. */
  readonly method?: string;
  /** The base string URI, before it is encoded. */
  readonly uri?: string;
  /** The normalized parameters, before they are encoded as a whole. */
  readonly parameters?: string;
  /** Where the encoding of the three parts itself is at fault. */
  readonly outerEscapes?: 'lower' | 'upper';
  /** The HMAC key: octets of a text in UTF-8, or as they are. */
  readonly key?: string | Buffer;
}

/** One entry of the table: a mistake, how it shows, and what mends it. */
export interface Mistake {
  readonly code: HintCode;
  /** For the developer of the client: the mistake and the mend, in plain ASCII. */
  readonly advice: string;
  /** The flag of `compatibility` under which a consumer may keep it. */
  readonly flag?: CompatibilityFlag;
  /**
   * Mistakes that may look the same to the letter, and of which this one is the likelier. Where two
   * mistakes fit and neither names the other, no hint is given.
   */
  readonly likelierThan?: readonly HintCode[];
  /** Everything that counts as this mistake, the likeliest first. */
  readings(request: RefusedRequest): Iterable<Reading>;
  /** What the flag lets pass, where that is less: a hint gives nothing away, and a flag lets requests in. */
  readingsUnderFlag?(request: RefusedRequest): Iterable<Reading>;
}
