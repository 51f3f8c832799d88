// RFC 5849 §3.5.1: how oauthlib reads an Authorization header differently.
import { WHATEVER, type Reason } from './reason.js';
import { headerElements } from './wire-request.js';

export const HEADER_REASONS: readonly Reason[] = [
  {
    name: 'empty elements in the header',
    sentence:
      'oauthlib refuses surplus commas in the header; the service ignores them, as in any HTTP list.',
    differences: ['only oauthlib refuses'],
    recognises: (request) => headerElements(request).some(({ raw }) => raw.trim() === ''),
  },
  {
    name: 'an empty bare value in the header',
    sentence: 'oauthlib refuses `name=` without quotes; the service reads it as the empty value.',
    differences: ['only oauthlib refuses'],
    recognises: (request) => headerElements(request).some(({ value }) => value?.trim() === ''),
  },
  {
    name: 'a name twice in the header',
    sentence:
      'oauthlib keeps the last one; the service refuses a repeated `oauth_*` (3.2), and signs any other as often as it is sent.',
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
    sentence: 'oauthlib decodes only values of `oauth_*`; by 3.5.1 all values are encoded.',
    differences: ['base strings differ'],
    recognises: (request) =>
      headerElements(request).some(
        ({ name, value = '' }) => !name.trim().startsWith('oauth_') && value.includes('%'),
      ),
  },
  {
    name: 'blanks around the equals sign',
    sentence: 'oauthlib makes them part of name and value; the service ignores them there.',
    differences: [...WHATEVER, 'only for us the signature holds'],
    recognises: (request) =>
      headerElements(request).some(({ name, value = '' }) => /\s$/.test(name) || /^\s/.test(value)),
  },
  {
    name: 'a malformed escape in the header',
    sentence: 'oauthlib keeps it unchanged; the service refuses it (3.6).',
    differences: ['only we refuse'],
    recognises: (request) =>
      headerElements(request).some(({ raw }) => /%(?![0-9A-Fa-f]{2})/.test(raw)),
  },
  {
    name: 'a raw backslash in the header',
    sentence:
      'oauthlib reads it as half of a quoted pair; the service refuses it outside a realm, since it cannot tell what was signed.',
    differences: ['only we refuse'],
    recognises: (request) => headerElements(request).some(({ raw }) => raw.includes('\\')),
  },
  {
    name: 'a header that is no list of name="value"',
    sentence:
      'oauthlib makes unclosed quotes, text behind a closing quote, a missing comma or a value without a name part of the values; the service refuses them (3.5.1).',
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
      'oauthlib refuses any Authorization header that does not begin with `OAuth` and a space; the service ignores another scheme, or `OAuth` without parameters, and accepts a tab in place of the space.',
    differences: ['only oauthlib refuses'],
    recognises: ({ authorization }) =>
      authorization !== undefined && !/^oauth /i.test(authorization),
  },
];
