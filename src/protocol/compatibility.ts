// Contract section 10: how a consumer whose program cannot be changed may deviate from RFC 5849. This file has only
// the names of the flags. The table of hints/mistakes.ts defines what the signature of such a client looks like,
// and request-parameters.ts defines its parameters.

/** Every flag of `compatibility`, with what it allows. */
export const COMPATIBILITY_FLAGS = Object.freeze({
  split_parameters: 'protocol parameters in more than one place, none of them twice',
  repeated_parameters:
    'a protocol parameter twice with one value, in two places, signed once or as often as sent',
  callback_optional:
    "initiate without oauth_callback: the consumer's only registered callback, else oob",
  form_reply:
    'replies of initiate and token are application/x-www-form-urlencoded unless Accept names text/plain itself',
  empty_secret: 'an imported consumer whose secret is empty; PLAINTEXT alone',
  literal_plus: 'a "+" of query or form signed as a plus',
  secrets_not_encoded: 'a key made of secrets that are not percent-encoded',
  empty_token_signed: 'an empty oauth_token signed and not sent, or sent and not signed',
  line_ends: 'line ends signed in another form than they were sent in',
} as const satisfies Record<string, string>);

/** The name of a flag. */
export type CompatibilityFlag = keyof typeof COMPATIBILITY_FLAGS;

/** The flags of a consumer without flags. */
export const NO_FLAGS: ReadonlySet<CompatibilityFlag> = new Set();

/** Whether there is a flag with this name. */
export const isCompatibilityFlag = (name: string): name is CompatibilityFlag =>
  Object.hasOwn(COMPATIBILITY_FLAGS, name);
