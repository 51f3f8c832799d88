// The known defects of the clients in the matrix: Debian's here, npm's in npm-defects.ts.
import {
  EVERYTHING,
  sendsInstead,
  signsWrongly,
  unable,
  type KnownDefect,
  type KnownDefects,
} from './known-defect.js';
import { NPM_DEFECTS } from './npm-defects.js';

const sorts = (sentInstead: readonly (readonly [string, string])[]): KnownDefect =>
  sendsInstead(
    'sends the values of one name sorted, not in the order given; verified as sent',
    sentInstead,
  );

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
const MRJONES_QUERY = signsWrongly(
  'leaves the query out of the signature of a form',
  'query_left_out',
);
const PECL_ONE_VALUE = signsWrongly(
  'signs one value of a repeated name only',
  'repeated_name_lost',
);
const SIGNPOST_SET = signsWrongly('signs a repeated pair once', 'sent_twice');
const LWP_SORT = signsWrongly(
  'sorts by name, but the values of one name by value and name',
  'not_sorted',
);
const LWP_LATIN1 = signsWrongly('signs UTF-8 as if it were Latin-1', 'not_utf8');
const TCLLIB_MARK = signsWrongly('signs the `?` as part of the first name', 'query_in_uri');
const TCLLIB_AND_MORE = signsWrongly(
  'signs the `?` as part of the first name, and the query as it is written',
);
const TCLLIB_POST = signsWrongly('signs a form’s query in the URL alone', 'query_in_uri');
const TCLLIB_DANCE = unable('it knows no dance');
const TCLLIB_BODY = unable('it takes what has no form for a GET');
const DEBIAN_DEFECTS: KnownDefects = {
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
  'LWP::Authen::OAuth': {
    'repeated name': LWP_SORT,
    'UTF-8': LWP_LATIN1,
    'encoded name': LWP_LATIN1,
    'form: repeated name': LWP_SORT,
    'form: UTF-8, spaces, plus, empty': LWP_LATIN1,
    'form and query': signsWrongly(
      'leaves the query out of the signature of a form',
      'query_left_out',
    ),
    'one name in form and query': signsWrongly('leaves the query out of the signature of a form'),
  },
  simple_oauth: {
    'no equals sign': signsWrongly(
      'leaves a name without `=` out of the signature',
      'empty_value_left_out',
    ),
  },
  'tcllib oauth': {
    'the dance': TCLLIB_DANCE,
    'the dance by GET': TCLLIB_DANCE,
    GET: TCLLIB_MARK,
    'repeated name': TCLLIB_MARK,
    'repeated pair': TCLLIB_MARK,
    'UTF-8': TCLLIB_MARK,
    'encoded name': TCLLIB_MARK,
    'space as %20': TCLLIB_MARK,
    'space as +': TCLLIB_AND_MORE,
    'plus as %2B': TCLLIB_MARK,
    'empty value': TCLLIB_MARK,
    'empty and repeated': TCLLIB_MARK,
    'equals sign in a value': TCLLIB_AND_MORE,
    'no equals sign': TCLLIB_AND_MORE,
    'reserved characters': TCLLIB_MARK,
    'form and query': TCLLIB_POST,
    'one name in form and query': TCLLIB_POST,
    'JSON POST': TCLLIB_BODY,
    'empty POST': TCLLIB_BODY,
  },
  'PECL oauth': {
    'repeated name': PECL_ONE_VALUE,
    'repeated pair': signsWrongly('signs one value of a repeated name only', 'sent_twice'),
    'empty and repeated': signsWrongly('signs one value of a repeated name only'),
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
    'encoded name': signsWrongly('signs names without encoding them', 'values_not_encoded'),
    'empty and repeated': MRJONES_MAP,
    'form: repeated name': MRJONES_MAP,
    'form and query': MRJONES_QUERY,
    'one name in form and query': signsWrongly('leaves the query out of the signature of a form'),
  },
  Signpost: {
    'the dance by GET': unable('its provider knows POST only'),
    'repeated pair': SIGNPOST_SET,
    'no equals sign': signsWrongly(
      'leaves a name without `=` out of the signature',
      'empty_value_left_out',
    ),
    'one name in form and query': signsWrongly(
      'lets the query’s value replace the form’s',
      'repeated_name_lost',
    ),
  },
};

export const KNOWN_DEFECTS: KnownDefects = { ...DEBIAN_DEFECTS, ...NPM_DEFECTS };

/** The known defect of a client in a case; undefined if the case must be served. */
export function knownDefect(client: string, caseName: string): KnownDefect | undefined {
  const known = KNOWN_DEFECTS[client];
  return known?.[caseName] ?? known?.[EVERYTHING];
}
