import { PageQuery, pageReply } from '../admin-http/page-query.js';
import type { Position } from '../admin-http/cursor.js';
import { queryParameters } from '../admin-http/query-parameters.js';
import { strictInput } from '../input/strict-input.js';
import type { Field, FormBlock, SortedColumn } from './blocks.js';
import type { Texts } from './texts/english.js';

/**
 * The query of a list, held to the rules of the same list of the admin API. A field of a form that was left
 * empty is none.
 *
 * @throws InvalidInput, Problem
 */
export function listQuery<Query extends PageQuery>(type: new () => Query, target: string): Query {
  const given = Object.entries(queryParameters(target)).filter(([, value]) => value !== '');
  return strictInput(type, Object.fromEntries(given));
}

/** The form above a list, whose fields are the parameters of its query. */
export const searchForm = (
  path: string,
  { search }: Pick<Texts, 'search'>,
  fields: readonly Field[],
): FormBlock => ({ is: 'form', action: path, token: null, isRow: true, submit: search, fields });

/** The address of the page behind this position; undefined on the last. */
export function nextPage(
  path: string,
  query: PageQuery,
  position: Position | undefined,
): string | undefined {
  const { link } = pageReply(path, query, [], position);
  return /^<(.*)>; rel="next"$/.exec(link ?? '')?.[1];
}

/** The head of the column that the list is sorted by, which leads to its first page in reverse. */
export function sortedColumn(
  path: string,
  query: PageQuery & { readonly order?: 'asc' | 'desc' },
  text: string,
): SortedColumn {
  const { cursor: _, order = 'asc', ...filters } = query;
  const reverse = order === 'asc' ? 'desc' : 'asc';
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams({ ...Object.fromEntries(given), order: reverse });
  return {
    text,
    sort: order === 'asc' ? 'ascending' : 'descending',
    href: `${path}?${parameters.toString()}`,
  };
}

/** A moment as staff compare it with logs: UTC, to the second. */
export const shownTime = (at: Date): string =>
  `${at.toISOString().slice(0, 19).replace('T', ' ')}\u00a0UTC`;

/** The address of a page about one thing. */
export const pageOf = (list: string, id: string, page = ''): string =>
  `/console/${list}/${encodeURIComponent(id)}${page === '' ? '' : `/${page}`}`;
