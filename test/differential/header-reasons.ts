// RFC 5849 §3.5.1: what oauthlib reads otherwise in an Authorization header.
import { WHATEVER, type Reason } from './reason.js';
import { headerElements } from './wire-request.js';

export const HEADER_REASONS: readonly Reason[] = [
  {
    name: 'empty elements in the header',
    sentence:
      'oauthlib refuses surplus commas in the header; here they say nothing, as in any list of HTTP.',
    differences: ['only oauthlib refuses'],
    recognises: (request) => headerElements(request).some(({ raw }) => raw.trim() === ''),
  },
  {
    name: 'an empty bare value in the header',
    sentence: 'oauthlib refuses `name=` without quotes; here it is the empty value.',
    differences: ['only oauthlib refuses'],
    recognises: (request) => headerElements(request).some(({ value }) => value?.trim() === ''),
  },
  {
    name: 'a name twice in the header',
    sentence:
      'oauthlib keeps the last of them; here a repeated `oauth_*` is refused (3.2), and any other is signed as often as it is sent.',
    differences: WHATEVER,
    recognises: (request) => {
      const names = headerElements(request).map(({ name }) => name.trim());
      return new Set(names).size < names.length;
    },
  },
  {
    name: 'a name with escapes in the header',
    sentence: 'oauthlib does not decode names in the header; 3.5.1 encodes names and values alike.',
    differences: WHATEVER,
    recognises: (request) => headerElements(request).some(({ name }) => name.includes('%')),
  },
  {
    name: 'an escaped value that is not of OAuth, in the header',
    sentence: 'oauthlib decodes values of `oauth_*` alone; 3.5.1 has all values encoded.',
    differences: ['base strings differ'],
    recognises: (request) =>
      headerElements(request).some(
        ({ name, value = '' }) => !name.trim().startsWith('oauth_') && value.includes('%'),
      ),
  },
  {
    name: 'blanks around the equals sign',
    sentence: 'oauthlib makes them part of name and value; here they are let pass between the two.',
    differences: [...WHATEVER, 'only for us the signature holds'],
    recognises: (request) =>
      headerElements(request).some(({ name, value = '' }) => /\s$/.test(name) || /^\s/.test(value)),
  },
  {
    name: 'a malformed escape in the header',
    sentence: 'oauthlib leaves it as it is; here it is refused (3.6).',
    differences: ['only we refuse'],
    recognises: (request) =>
      headerElements(request).some(({ raw }) => /%(?![0-9A-Fa-f]{2})/.test(raw)),
  },
  {
    name: 'a raw backslash in the header',
    sentence:
      'oauthlib reads it as half of a quoted pair; here it is refused outside a realm, since nobody can tell what was signed.',
    differences: ['only we refuse'],
    recognises: (request) => headerElements(request).some(({ raw }) => raw.includes('\\')),
  },
  {
    name: 'a header that is no list of name="value"',
    sentence:
      'oauthlib takes quotes that never close, text behind a closing quote, a missing comma or a value without a name into the values; here they are refused (3.5.1).',
    differences: ['only we refuse'],
    recognises: (request) =>
      headerElements(request).some(
        ({ raw }) =>
          raw.trim() !== '' && !/^\s*[^\s=",]+\s*=\s*(?:"(?:\\.|[^"\\])*"|[^\s",]*)\s*$/s.test(raw),
      ),
  },
  {
    name: 'a header of another scheme',
    sentence:
      'oauthlib refuses any Authorization header that does not begin with `OAuth` and a space; here another scheme, or `OAuth` alone, is no header of ours, and a tab divides as a space does.',
    differences: ['only oauthlib refuses'],
    recognises: ({ authorization }) =>
      authorization !== undefined && !/^oauth /i.test(authorization),
  },
];
