import type { ListedAccessToken } from '../../tokens/listed-access-tokens.js';
import type { Block, Cell } from '../blocks.js';
import { pageOf, shownTime } from '../lists.js';
import type { Texts } from '../texts/english.js';

/** The status of a token as text. */
export const statusOf = ({ status }: ListedAccessToken, { tokens }: Texts): Cell => ({
  text: tokens.statuses[status],
  mark: status === 'active' ? 'good' : status === 'revoked' ? 'bad' : 'off',
});

/** All fields of a token that staff may see. */
export function factsOf(token: ListedAccessToken, texts: Texts): Block {
  const { tokens } = texts;
  const { consumerKey, subject, scopes, createdAt, expiresAt, revokedAt } = token;
  return {
    is: 'facts',
    rows: [
      { term: tokens.one, cells: [{ text: token.token, isCode: true }] },
      {
        term: tokens.consumerKey,
        cells: [{ text: consumerKey, href: pageOf('consumers', consumerKey), isCode: true }],
      },
      { term: tokens.subject, cells: [subject] },
      { term: tokens.scopes, cells: scopes.length > 0 ? scopes : [texts.none] },
      { term: tokens.status, cells: [statusOf(token, texts)] },
      { term: tokens.created, cells: [shownTime(createdAt)] },
      { term: tokens.expires, cells: [expiresAt === null ? texts.never : shownTime(expiresAt)] },
      ...(revokedAt === null ? [] : [{ term: tokens.revokedAt, cells: [shownTime(revokedAt)] }]),
    ],
  };
}
