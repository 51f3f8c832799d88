// Why the two sides may differ. Each reason depends on the request alone, and explains only the differences that it
// can cause. docs/fuzzing.md lists them.
import { isUtf8 } from 'node:buffer';
import { HEADER_REASONS } from './header-reasons.js';
import type { Difference } from './judgement.js';
import { WHATEVER, type Reason } from './reason.js';
import {
  rawForm,
  rawQuery,
  sentInForms,
  sentParameters,
  sentValue,
  type WireRequest,
} from './wire-request.js';

/** The texts that oauthlib accepts as form-encoded. */
const URL_ENCODED = /^[A-Za-z0-9_.\-=&;:%+~,*@!()/?'$]*$/;
const MALFORMED_ESCAPE = /%[^0-9A-Fa-f]|%[0-9A-Fa-f][^0-9A-Fa-f]/;
const ESCAPE = /%[0-9A-Fa-f]{2}/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

const isOAuth = ([name]: readonly [string, string]): boolean => name.startsWith('oauth_');
const isRsa = (request: WireRequest): boolean =>
  sentValue(request, 'oauth_signature_method')?.startsWith('RSA-') === true;
const essence = ({ contentType = '' }: WireRequest): string =>
  (contentType.split(';')[0] ?? '').trim();
const hostName = ({ authority }: WireRequest): string => authority.replace(/:[0-9]*$/, '');

export const REASONS: readonly Reason[] = [
  ...HEADER_REASONS,
  {
    name: 'raw characters in the query',
    sentence:
      'oauthlib refuses a query with characters that an encoder would have escaped; the service takes them literally, as HTML forms do (3.4.1.3.1).',
    differences: ['only oauthlib refuses'],
    recognises: (request) => !URL_ENCODED.test(rawQuery(request)),
  },
  {
    name: 'a form that oauthlib cannot read',
    sentence:
      'oauthlib leaves a form with raw characters or malformed escapes out of the signature, so that it can be altered; the service signs raw characters literally, and refuses malformed escapes.',
    differences: WHATEVER,
    recognises: (request) => {
      const form = rawForm(request);
      return !URL_ENCODED.test(form) || MALFORMED_ESCAPE.test(form);
    },
  },
  {
    name: 'half an escape at the end',
    sentence:
      'oauthlib takes `%` or `%4` at the very end of a query or form as text; the service refuses every malformed escape (3.6).',
    differences: ['only we refuse'],
    recognises: (request) =>
      /%[0-9A-Fa-f]?$/.test(rawQuery(request)) || /%[0-9A-Fa-f]?$/.test(rawForm(request)),
  },
  {
    name: 'escapes decoded twice',
    sentence:
      'oauthlib decodes values of `oauth_*` parameters in query and form a second time, so `%2541` is `A` to it; decoded once, as 3.4.1.3.1 says, it is `%41`.',
    differences: [
      ...WHATEVER,
      'only for us the signature holds',
      'only for oauthlib the signature holds',
    ],
    recognises: (request) =>
      sentInForms(request).some((pair) => isOAuth(pair) && ESCAPE.test(pair[1])),
  },
  {
    name: 'PLAINTEXT without nonce or timestamp',
    sentence: 'oauthlib requires both with PLAINTEXT too; by 3.1 both may be omitted.',
    differences: ['only oauthlib refuses'],
    recognises: (request) =>
      sentValue(request, 'oauth_signature_method') === 'PLAINTEXT' &&
      (!sentValue(request, 'oauth_nonce') || !sentValue(request, 'oauth_timestamp')),
  },
  {
    name: 'oauth_version 1.0A',
    sentence:
      'The service accepts it, since the most used Node client sends it; 3.1 allows only 1.0.',
    differences: ['only oauthlib refuses'],
    recognises: (request) => /^1\.0a$/i.test(sentValue(request, 'oauth_version') ?? ''),
  },
  {
    name: 'a timestamp of another length',
    sentence:
      'oauthlib requires ten characters; 3.3 requires a positive integer, and the service accepts up to 15 digits.',
    differences: ['only oauthlib refuses'],
    recognises: (request) => {
      const timestamp = sentValue(request, 'oauth_timestamp') ?? '';
      return /^[0-9]{1,15}$/.test(timestamp) && timestamp.length !== 10;
    },
  },
  {
    name: 'a timestamp that Python reads as a number',
    sentence:
      'oauthlib accepts ten characters that Python reads as an integer: zero, or with a sign, blanks or underscores; 3.3 requires a positive integer, and the service accepts only digits.',
    differences: ['only we refuse'],
    recognises: (request) => {
      const timestamp = sentValue(request, 'oauth_timestamp') ?? '';
      const isPositive = /^[0-9]+$/.test(timestamp) && Number(timestamp) > 0;
      return /^\s*[+-]?[0-9]+(?:_[0-9]+)*\s*$/.test(timestamp) && !isPositive;
    },
  },
  {
    name: 'realm in query or form, beside a header that has the word',
    sentence:
      'oauthlib then leaves both out of the signature; 3.4.1.3.1 leaves out only the one in the header.',
    differences: ['base strings differ'],
    recognises: (request) =>
      request.authorization?.includes('realm') === true &&
      sentInForms(request).some(([name]) => name === 'realm'),
  },
  {
    name: 'the type of a form in other case',
    sentence:
      'oauthlib compares it case-sensitively; media types are not (RFC 9110 section 8.3.1).',
    differences: WHATEVER,
    recognises: (request) =>
      essence(request).toLowerCase() === FORM_TYPE && !request.contentType?.includes(FORM_TYPE),
  },
  {
    name: 'the type of a form inside another',
    sentence: 'oauthlib treats any Content-Type that contains it as a form.',
    differences: WHATEVER,
    recognises: (request) =>
      essence(request).toLowerCase() !== FORM_TYPE &&
      request.contentType?.includes(FORM_TYPE) === true,
  },
  {
    name: 'an IPv6 address in another form',
    sentence:
      'oauthlib signs the shortest form; by 3.4.1.2 the host is that of the Host header, in lower case.',
    differences: ['base strings differ'],
    recognises: (request) => {
      const host = hostName(request).toLowerCase();
      return (
        URL.canParse(`http://${host}/`) &&
        host.startsWith('[') &&
        new URL(`http://${host}/`).hostname !== host
      );
    },
  },
  {
    name: 'a Host that names no host and port',
    sentence:
      'oauthlib ignores user information, an empty port, blanks and brackets that contain no address; the service refuses them.',
    differences: ['only we refuse'],
    recognises: ({ authority }) =>
      /[@\s]/.test(authority) ||
      /:$/.test(authority) ||
      (authority.startsWith('[') && !URL.canParse(`http://${authority}/`)),
  },
  {
    name: 'a semicolon that ends the path',
    sentence: 'oauthlib drops it; the service signs the path octet for octet.',
    differences: ['base strings differ'],
    recognises: ({ target }) => /^[^?#]*\/[^/?#;]*;(?:[?#]|$)/.test(target),
  },
  {
    name: 'a number sign in the target',
    sentence: 'oauthlib cuts off what it takes for a fragment; the service signs what was sent.',
    differences: WHATEVER,
    recognises: ({ target }) => target.includes('#'),
  },
  {
    name: 'a target in absolute form',
    sentence: 'The service refuses it, since it could name another host than the Host header does.',
    differences: ['only we refuse'],
    recognises: ({ target }) => !/^(?:[/?]|$)/.test(target),
  },
  {
    name: 'octets that are not UTF-8',
    sentence:
      'oauthlib reads them as U+FFFD, so that two requests may have one signature; the service refuses them in `oauth_*` and signs them octet for octet elsewhere.',
    differences: ['only we refuse', 'base strings differ'],
    recognises: (request) =>
      sentParameters(request).some(([name, value]) =>
        [name, value].some((octets) => !isUtf8(Buffer.from(octets, 'latin1'))),
      ),
  },
  {
    name: 'raw octets above 127 in header or path',
    sentence:
      'oauthlib gets text in which each octet is a character of Latin-1, and signs its UTF-8; the service signs the octets themselves.',
    differences: ['base strings differ', 'only we refuse'],
    recognises: ({ target, authorization = '' }) => /[\x80-\xff]/.test(target + authorization),
  },
  {
    name: 'NUL in an OAuth parameter',
    sentence: 'The service refuses it, since PostgreSQL cannot store it.',
    differences: ['only we refuse'],
    recognises: (request) =>
      sentParameters(request).some((pair) => isOAuth(pair) && pair.join().includes('\0')),
  },
  {
    name: 'an RSA signature in another spelling',
    sentence:
      "Python's base64 ignores foreign characters and surplus bits; the service accepts one spelling of a signature.",
    differences: ['only for oauthlib the signature holds'],
    recognises: (request) => isRsa(request) && !isCanonicalBase64(request),
  },
  {
    name: 'an RSA signature that is no base64',
    sentence: 'oauthlib raises an exception; for the service such a signature does not verify.',
    differences: ['only oauthlib refuses'],
    recognises: (request) => isRsa(request) && !isCanonicalBase64(request),
  },
  {
    name: 'too much',
    sentence:
      'The service accepts 256 parameters, 4,096 characters in an OAuth value, and 114,688 characters of names and values in the base string.',
    differences: ['only we refuse'],
    recognises: (request) =>
      sentParameters(request).length > 256 ||
      sentParameters(request).some((pair) => isOAuth(pair) && pair[1].length > 4_096),
  },
];

/** Reasons that explain few differences come first, so that a broader one does not hide them. */
const NARROW_FIRST = [...REASONS].sort((a, b) => a.differences.length - b.differences.length);

/** The narrowest reason that explains this difference for this request. */
export function reasonFor(request: WireRequest, difference: Difference): Reason | undefined {
  return NARROW_FIRST.find(
    (reason) => reason.differences.includes(difference) && reason.recognises(request),
  );
}

function isCanonicalBase64(request: WireRequest): boolean {
  const signature = sentValue(request, 'oauth_signature') ?? '';
  return Buffer.from(signature, 'base64').toString('base64') === signature;
}
