// A known mistake of clients, for the table in mistakes.ts. A mistake does not decide anything: it only says what a
// client that makes it would have signed, and with which key.
import type { CompatibilityFlag } from '../compatibility.js';
import type { Parameter } from '../parameter.js';

/** The codes of section 10 of the contract, as sent in `oauth_signature_hint`. */
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

/** A request whose signature did not hold, with the secrets that should have signed it. */
export interface RefusedRequest extends PlacedParameters {
  /** As sent. */
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** In lower case, without the scheme's own port (RFC 5849 §3.4.1.2). */
  readonly authority: string;
  /** Other authorities of the request, as sent: `Host`, `X-Forwarded-Host`, `PUBLIC_URL`. */
  readonly otherAuthorities: readonly string[];
  /** Raw. */
  readonly path: string;
  /** Raw, without the `?`. */
  readonly rawQuery: string;
  /** The raw form body; empty if the body is not a form. */
  readonly formBody: string;
  /** The octets of a body that is not a form; empty if there is none. */
  readonly otherBody: string;
  /** The `realm` as written in the header; undefined if there is none. */
  readonly realm: string | undefined;
  /** Whether a token was sent. */
  readonly hasToken: boolean;
  readonly consumerSecret: string;
  /** Empty if the request has no token. */
  readonly tokenSecret: string;
}

/**
 * What a client with the mistake signs, as far as it differs from RFC 5849. Several members may be set; those that
 * are not set follow the RFC.
 */
export interface Reading {
  /** RFC 5849 §3.4.1.1, before encoding. */
  readonly method?: string;
  /** The base string URI, before encoding. */
  readonly uri?: string;
  /** The normalized parameters, before they are encoded as a whole. */
  readonly parameters?: string;
  /** The case of the escapes, if the encoding of the three parts is wrong itself. */
  readonly outerEscapes?: 'lower' | 'upper';
  /** The HMAC key: a text, which is encoded as UTF-8, or octets. */
  readonly key?: string | Buffer;
}

/** One entry of the table: a mistake, its effects, and how to fix it. */
export interface Mistake {
  readonly code: HintCode;
  /** For the developer of the client: the mistake and its fix, in plain ASCII. */
  readonly advice: string;
  /** The flag of `compatibility` that allows a consumer this mistake. */
  readonly flag?: CompatibilityFlag;
  /**
   * Less likely mistakes that may result in exactly the same text. If two mistakes fit and neither names the other,
   * no hint is given.
   */
  readonly likelierThan?: readonly HintCode[];
  /** All variants of the mistake, the likeliest first. */
  readings(request: RefusedRequest): Iterable<Reading>;
  /** The variants that the flag allows, if fewer: a hint reveals nothing, but a flag makes requests valid. */
  readingsUnderFlag?(request: RefusedRequest): Iterable<Reading>;
}
