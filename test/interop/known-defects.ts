import type { Outcome } from './outcome.js';

/** What a client does wrong, or can't do, and what becomes of it here. */
export interface KnownDefect {
  readonly outcome: Exclude<Outcome, 'served'>;
  /** Said of the client, to be read after its name. */
  readonly defect: string;
}

/** Stands for every case, the dance included. */
export const EVERYTHING = 'everything';

const signsWrongly = (defect: string): KnownDefect => ({
  outcome: { refused: [401, 'signature_invalid'] },
  defect,
});
const unable = (reason: string): KnownDefect => ({ outcome: { unable: reason }, defect: reason });

const sorts = (sentInstead: readonly (readonly [string, string])[]): KnownDefect => ({
  outcome: { sentInstead },
  defect: 'sends the values of one name sorted, not in the order given; verified as sent',
});

const SENDS_TWICE: KnownDefect = {
  outcome: { refused: [400, 'parameter_rejected'] },
  defect: 'sends every OAuth parameter but the signature twice, unless they travel in the header',
};
const BODY_ON_GET: KnownDefect = {
  outcome: { unable: 'GET/HEAD requests should not include body.' },
  defect: 'has no body for its parameters on a GET',
};
const NET_OAUTH_HASH = unable('its parameters are a hash: a name can stand in it once');
const MRJONES_MAP = unable('its parameters are a map: a name can stand in it once');
const MRJONES_QUERY = signsWrongly('leaves the query out of the signature of a form');
const PECL_ONE_VALUE = signsWrongly('signs one value of a repeated name only');
const SIGNPOST_SET = signsWrongly('signs a repeated pair once');
const NODE_OAUTH_INDEXES = signsWrongly('signs a repeated name as `name[0]`, `name[1]`');
const AXIOS_FORM = signsWrongly('hashes a form’s body instead of signing its parameters');
const MASTERCARD_TWO_LEGGED = unable('it knows no tokens: two-legged only');
const MASTERCARD_FORM = signsWrongly('hashes a form’s body instead of signing its parameters');

/** By client, then by case. What is not here is served. */
export const KNOWN_DEFECTS: Readonly<Record<string, Readonly<Record<string, KnownDefect>>>> = {
  'requests-oauthlib (BODY)': {
    'the dance by GET': BODY_ON_GET,
    GET: BODY_ON_GET,
    'repeated name': BODY_ON_GET,
    'repeated pair': BODY_ON_GET,
    'UTF-8': BODY_ON_GET,
    'encoded name': BODY_ON_GET,
    'space as %20': BODY_ON_GET,
    'space as +': BODY_ON_GET,
    'plus as %2B': BODY_ON_GET,
    'empty value': BODY_ON_GET,
    'empty and repeated': BODY_ON_GET,
    'equals sign in a value': BODY_ON_GET,
    'no equals sign': BODY_ON_GET,
    'reserved characters': BODY_ON_GET,
    'JSON POST': {
      outcome: { unable: 'Headers indicate a formencoded body but body was not decodable.' },
      defect: 'takes every body for a form',
    },
  },
  'Authlib (QUERY)': { [EVERYTHING]: SENDS_TWICE },
  'Authlib (BODY)': { [EVERYTHING]: SENDS_TWICE },
  'ruby-oauth': {
    'form: repeated name': sorts([
      ['a', '1'],
      ['a', '2'],
    ]),
  },
  'Net::OAuth': {
    'repeated name': NET_OAUTH_HASH,
    'repeated pair': NET_OAUTH_HASH,
    'empty and repeated': NET_OAUTH_HASH,
    'form: repeated name': NET_OAUTH_HASH,
    'one name in form and query': NET_OAUTH_HASH,
  },
  'PECL oauth': {
    'repeated name': PECL_ONE_VALUE,
    'repeated pair': PECL_ONE_VALUE,
    'empty and repeated': PECL_ONE_VALUE,
    'form: repeated name': unable('its form is an array: a name can stand in it once'),
    'one name in form and query': PECL_ONE_VALUE,
  },
  liboauth: {
    'repeated name': sorts([
      ['a', '1'],
      ['a', '2'],
      ['b', '3'],
    ]),
    'form: repeated name': sorts([
      ['a', '1'],
      ['a', '2'],
    ]),
    'form and query': unable('it moves the query into the form: both are one list to it'),
    'one name in form and query': unable(
      'it moves the query into the form: both are one list to it',
    ),
  },
  'mrjones/oauth': {
    'repeated name': MRJONES_MAP,
    'repeated pair': MRJONES_MAP,
    'encoded name': signsWrongly('signs names without encoding them'),
    'empty and repeated': MRJONES_MAP,
    'form: repeated name': MRJONES_MAP,
    'form and query': MRJONES_QUERY,
    'one name in form and query': MRJONES_QUERY,
  },
  Signpost: {
    'the dance by GET': unable('its provider knows POST only'),
    'repeated pair': SIGNPOST_SET,
    'no equals sign': signsWrongly('leaves a name without `=` out of the signature'),
    'one name in form and query': signsWrongly('lets the query’s value replace the form’s'),
  },
  oauth: {
    'repeated name': NODE_OAUTH_INDEXES,
    'repeated pair': NODE_OAUTH_INDEXES,
    'empty and repeated': NODE_OAUTH_INDEXES,
    'one name in form and query': signsWrongly('lets the query’s value replace the form’s'),
  },
  'oauth-1.0a': {
    'encoded name': signsWrongly('does not decode the names of a query before it encodes them'),
    'space as +': signsWrongly('takes a `+` in a query for a plus sign'),
    'empty and repeated': signsWrongly('drops an empty value whose name comes again'),
    'equals sign in a value': signsWrongly('cuts a value at its first `=`'),
    'one name in form and query': signsWrongly('lets the query’s value replace the form’s'),
  },
  'axios-oauth-1.0a': {
    'form POST': AXIOS_FORM,
    'form: repeated name': AXIOS_FORM,
    'form: UTF-8, spaces, plus, empty': AXIOS_FORM,
    'form and query': AXIOS_FORM,
    'one name in form and query': AXIOS_FORM,
  },
  'mastercard-oauth1-signer': {
    'the dance': MASTERCARD_TWO_LEGGED,
    'the dance by GET': MASTERCARD_TWO_LEGGED,
    'repeated pair': signsWrongly('signs a repeated pair once'),
    'space as +': signsWrongly('signs a query as it is written, without decoding it'),
    'equals sign in a value': signsWrongly('signs a query as it is written, without decoding it'),
    'form POST': MASTERCARD_FORM,
    'form: repeated name': MASTERCARD_FORM,
    'form: UTF-8, spaces, plus, empty': MASTERCARD_FORM,
    'form and query': MASTERCARD_FORM,
    'one name in form and query': MASTERCARD_FORM,
  },
};

/** What is known against a client in a case; undefined where it must be served. */
export function knownDefect(client: string, caseName: string): KnownDefect | undefined {
  const known = KNOWN_DEFECTS[client];
  return known?.[caseName] ?? known?.[EVERYTHING];
}
