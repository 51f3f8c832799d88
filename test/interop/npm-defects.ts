// What the clients from npm do wrong.
import { EMPTY_POST, INTEROP_CASES, type InteropCase } from './cases.js';
import {
  EVERYTHING,
  sendsInstead,
  signsWrongly,
  unable,
  type KnownDefect,
  type KnownDefects,
} from './known-defect.js';

const POST_ALONE = unable('it dances by POST alone');
const isGet = ({ method }: InteropCase) => method === 'GET';
const each = (
  isMeant: (one: InteropCase) => boolean,
  known: (one: InteropCase) => KnownDefect,
): Readonly<Record<string, KnownDefect>> =>
  Object.fromEntries(INTEROP_CASES.filter(isMeant).map((one) => [one.name, known(one)]));

const GET_ALONE = unable('it dances by GET alone');
const JSON_ALONE = unable('it sends JSON alone');
const NO_DANCE = unable('it knows no dance');
const TWO_LEGGED = unable('it knows no tokens: two-legged only');
const NODE_OAUTH_INDEXES = signsWrongly(
  'signs a repeated name as `name[0]`, `name[1]`',
  'repeated_name_lost',
);
// Defects of the package itself and of two packages that use it for signing.
const NODE_OAUTH = {
  'repeated name': NODE_OAUTH_INDEXES,
  'repeated pair': NODE_OAUTH_INDEXES,
  'empty and repeated': NODE_OAUTH_INDEXES,
};
const NODE_OAUTH_REPLACES = signsWrongly(
  'lets the query’s value replace the form’s',
  'repeated_name_lost',
);
const AXIOS_FORM = signsWrongly(
  'hashes a form’s body instead of signing its parameters',
  'form_left_out',
);
const MASTERCARD_FORM = signsWrongly('hashes a form’s body instead of signing its parameters');

const NO_FORM = {
  'form POST': JSON_ALONE,
  'form: repeated name': JSON_ALONE,
  'form: UTF-8, spaces, plus, empty': JSON_ALONE,
  'form and query': JSON_ALONE,
  'one name in form and query': JSON_ALONE,
};
const twitterKeepsOne = (...sentInstead: [string, string][]) =>
  sendsInstead('sends the last value of a repeated name only; verified as sent', sentInstead);
const TUMBLR_JSON = sendsInstead(
  'sends a form as JSON, with the query in it; a body that nothing signs',
  [],
);
const WOO_TWICE = signsWrongly('sends a query twice, and signs it once', 'sent_twice');
const flickrCalls = (sent: InteropCase['verified']) =>
  sendsInstead(
    'sends a call of a method of Flickr’s API, and a list as one value with commas; verified as sent',
    [...sent, ['method', 'flickr.test.echo'], ['format', 'json'], ['nojsoncallback', '1']],
  );
const FLICKR_GETS = each(isGet, ({ verified }) => flickrCalls(verified));
const FLICKR_POST = {
  outcome: { refused: [401, 'parameter_absent'] },
  defect:
    'posts everything, the OAuth parameters too, as `multipart/form-data`, where RFC 5849 knows none',
} as const;
const GARMIN_TICKETS = each(isGet, ({ verified }) =>
  sendsInstead('its one GET carries a ticket, here the first value; verified as sent', [
    ['ticket', verified[0]?.[1] ?? ''],
    ['login-url', 'https://sso.garmin.com/sso/embed'],
    ['accepts-mfa-tokens', 'true'],
  ]),
);
const GARMIN_ELSE = each(
  (one) => one !== EMPTY_POST,
  () => unable('it has one request, an empty POST'),
);
const NEXT_REQUESTS = each(
  () => true,
  () => unable('it dances and asks for a profile, and makes no other requests'),
);
const GRANT_REQUESTS = unable('it dances, and makes no other requests');
const bellUndefined = (...sentInstead: [string, string][]) =>
  sendsInstead(
    'sends the word `undefined` for a character beyond ASCII; verified as sent',
    sentInstead,
  );
const ONE_PLACE = unable('its parameters go into one place');
const LTI_ELSE = each(
  ({ method, form }) => method === 'GET' || form !== undefined,
  () => unable('it posts XML alone'),
);
const MAGENTO_CUTS = signsWrongly('sends a filter as it is written, and signs it up to a `=`');

/** The query parameters of a Magento search filter. */
const searchesFor = (...filters: [field: string, value: string][]) =>
  sendsInstead(
    'its parameters are filters of a search, and a list of values is one of them; verified as sent',
    filters.flatMap(([field, value], index) => {
      const filter = `searchCriteria[filter_groups][${index}][filters][0]`;
      return [
        [`${filter}[field]`, field],
        [`${filter}[value]`, value],
        [`${filter}[condition_type]`, 'eq'],
      ] as const;
    }),
  );

export const NPM_DEFECTS: KnownDefects = {
  oauth: { ...NODE_OAUTH, 'one name in form and query': NODE_OAUTH_REPLACES },
  'oauth-1.0a': {
    'encoded name': signsWrongly(
      'does not decode the names of a query before it encodes them',
      'values_encoded_twice',
    ),
    'space as +': signsWrongly('takes a `+` in a query for a plus sign', 'plus_taken_literally'),
    'empty and repeated': signsWrongly('drops an empty value whose name comes again'),
    'equals sign in a value': signsWrongly('cuts a value at its first `=`'),
    'one name in form and query': signsWrongly(
      'lets the query’s value replace the form’s',
      'repeated_name_lost',
    ),
  },
  'axios-oauth-1.0a': {
    'form POST': AXIOS_FORM,
    'form: repeated name': AXIOS_FORM,
    'form: UTF-8, spaces, plus, empty': AXIOS_FORM,
    'form and query': AXIOS_FORM,
    'one name in form and query': AXIOS_FORM,
  },
  'mastercard-oauth1-signer': {
    'the dance': TWO_LEGGED,
    'the dance by GET': TWO_LEGGED,
    'repeated pair': signsWrongly('signs a repeated pair once'),
    'space as +': signsWrongly('signs a query as it is written, without decoding it'),
    'equals sign in a value': signsWrongly(
      'signs a query as it is written, without decoding it',
      'reserved_not_encoded',
    ),
    'form POST': MASTERCARD_FORM,
    'form: repeated name': MASTERCARD_FORM,
    'form: UTF-8, spaces, plus, empty': MASTERCARD_FORM,
    'form and query': MASTERCARD_FORM,
    'one name in form and query': MASTERCARD_FORM,
  },
  'passport-oauth1': {
    ...NODE_OAUTH,
    'the dance by GET': POST_ALONE,
    'one name in form and query': NODE_OAUTH_REPLACES,
  },
  'twitter-api-v2': {
    'the dance by GET': POST_ALONE,
    'repeated name': twitterKeepsOne(['a', '1'], ['b', '3']),
    'repeated pair': twitterKeepsOne(['a', '1']),
    'empty and repeated': twitterKeepsOne(['a', '1']),
    'form: repeated name': sendsInstead(
      'sends a list in a form as one value with commas; verified as sent',
      [['a', '2,1']],
    ),
    'one name in form and query': signsWrongly('lets the form’s value replace the query’s'),
  },
  'tumblr.js': {
    ...NODE_OAUTH,
    'the dance': NO_DANCE,
    'the dance by GET': NO_DANCE,
    'form POST': TUMBLR_JSON,
    'form: repeated name': TUMBLR_JSON,
    'form: UTF-8, spaces, plus, empty': TUMBLR_JSON,
    'form and query': TUMBLR_JSON,
    'one name in form and query': TUMBLR_JSON,
  },
  '@woocommerce/woocommerce-rest-api': {
    ...NO_FORM,
    'the dance': TWO_LEGGED,
    'the dance by GET': TWO_LEGGED,
    GET: WOO_TWICE,
    'repeated name': WOO_TWICE,
    'repeated pair': WOO_TWICE,
    'UTF-8': WOO_TWICE,
    'encoded name': signsWrongly(
      'sends a query twice, and signs it once, with its names encoded twice',
    ),
    'space as %20': WOO_TWICE,
    'space as +': WOO_TWICE,
    'plus as %2B': WOO_TWICE,
    'empty value': WOO_TWICE,
    'empty and repeated': WOO_TWICE,
    'equals sign in a value': WOO_TWICE,
    'no equals sign': WOO_TWICE,
    'reserved characters': WOO_TWICE,
  },
  disconnect: { ...NO_FORM, 'the dance': GET_ALONE },
  'flickr-sdk': {
    ...FLICKR_GETS,
    'the dance': GET_ALONE,
    'repeated name': flickrCalls([
      ['a', '2,1'],
      ['b', '3'],
    ]),
    'repeated pair': flickrCalls([['a', '1,1']]),
    'empty and repeated': flickrCalls([['a', ',1']]),
    'encoded name': signsWrongly('sorts names before it encodes them', 'not_sorted'),
    'form POST': FLICKR_POST,
    'form: repeated name': FLICKR_POST,
    'form: UTF-8, spaces, plus, empty': FLICKR_POST,
    'form and query': ONE_PLACE,
    'one name in form and query': ONE_PLACE,
    'JSON POST': unable('it sends parameters alone'),
    'empty POST': FLICKR_POST,
  },
  'garmin-connect (preauthorized)': {
    ...GARMIN_TICKETS,
    [EVERYTHING]: unable('it has one request, a GET with a ticket'),
    'the dance': NO_DANCE,
    'the dance by GET': NO_DANCE,
  },
  'garmin-connect (exchange)': {
    ...GARMIN_ELSE,
    'the dance': NO_DANCE,
    'the dance by GET': NO_DANCE,
  },
  grant: {
    [EVERYTHING]: GRANT_REQUESTS,
    'the dance': signsWrongly(
      'signs the port behind the path, unless it is the scheme’s own',
      'port_behind_path',
    ),
    'the dance by GET': POST_ALONE,
  },
  '@hapi/bell': {
    'the dance by GET': POST_ALONE,
    'UTF-8': bellUndefined(['snow', 'undefined'], ['name', 'Josundefined']),
    'encoded name': bellUndefined(['a b', '1'], ['nundefined', '2']),
    'form: UTF-8, spaces, plus, empty': bellUndefined(
      ['snow', 'undefined'],
      ['q', 'black cat'],
      ['p', 'c++'],
      ['empty', ''],
      ['r', "!*'()~"],
    ),
    'form and query': ONE_PLACE,
    'one name in form and query': ONE_PLACE,
    'JSON POST': unable('it has a query or a form, and no other body'),
  },
  'ims-lti': {
    ...LTI_ELSE,
    'the dance': TWO_LEGGED,
    'the dance by GET': TWO_LEGGED,
  },
  'magento-api-rest': {
    ...NO_FORM,
    'the dance': NO_DANCE,
    'the dance by GET': NO_DANCE,
    GET: searchesFor(['file', 'vacation.jpg'], ['size', 'original']),
    'repeated name': searchesFor(['a', '2,1'], ['b', '3']),
    'repeated pair': searchesFor(['a', '1,1']),
    'UTF-8': unable('it sends a filter as it is written, which Node refuses in a request line'),
    'encoded name': {
      outcome: { refused: [400, 'not HTTP'] },
      defect: 'sends é as one octet of Latin-1 in the request line, which is no HTTP',
    },
    'space as %20': searchesFor(['q', 'black cat']),
    'space as +': searchesFor(['q', 'black cat']),
    'plus as %2B': signsWrongly(
      'sends a `+` of a filter as it is, and signs it as a plus',
      'plus_taken_literally',
    ),
    'empty value': searchesFor(['empty', ''], ['b', '1']),
    'empty and repeated': searchesFor(['a', ',1']),
    'equals sign in a value': MAGENTO_CUTS,
    'no equals sign': searchesFor(['flag', ''], ['b', '1']),
    'reserved characters': MAGENTO_CUTS,
  },
  'jira-client': {
    ...NO_FORM,
    'the dance': NO_DANCE,
    'the dance by GET': NO_DANCE,
    'plus as %2B': sendsInstead(
      'decodes a query before it sends it, so that a plus arrives as a space; verified as sent',
      [['q', 'c  ']],
    ),
    'reserved characters': signsWrongly(
      'decodes a query before it sends it, so that a `&` in a value begins another parameter',
    ),
  },
  'next-auth': { ...NEXT_REQUESTS, 'the dance by GET': POST_ALONE },
};
