import { PageQuery, pageReply } from '../admin-http/page-query.js';
import type { Position } from '../admin-http/cursor.js';
import { queryParameters } from '../admin-http/query-parameters.js';
import { strictInput } from '../input/strict-input.js';
import type { Field, FormBlock, SortedColumn } from './blocks.js';
import type { Texts } from './texts/english.js';

/**
 * Validates the query of a list with the rules of the same list of the admin API. Ignores empty form fields.
 *
 * @throws InvalidInput, Problem
 */
export function listQuery<Query extends PageQuery>(type: new () => Query, target: string): Query {
  const given = Object.entries(queryParameters(target)).filter(([, value]) => value !== '');
  return strictInput(type, Object.fromEntries(given));
}

/** The search form above a list. Its fields are the query parameters. */
export const searchForm = (
  path: string,
  { search }: Pick<Texts, 'search'>,
  fields: readonly Field[],
): FormBlock => ({ is: 'form', action: path, token: null, isRow: true, submit: search, fields });

/** The address of the next page; undefined on the last page. */
export function nextPage(
  path: string,
  query: PageQuery,
  position: Position | undefined,
): string | undefined {
  const { link } = pageReply(path, query, [], position);
  return /^<(.*)>; rel="next"$/.exec(link ?? '')?.[1];
}

/** The head of the column that sorts the list. It links to the first page in reverse order. */
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

/** A time in UTC, to the second, so that staff can compare it with logs. */
export const shownTime = (at: Date): string =>
  `${at.toISOString().slice(0, 19).replace('T', ' ')}\u00a0UTC`;

/** The address of the page of one item. */
export const pageOf = (list: string, id: string, page = ''): string =>
  `/console/${list}/${encodeURIComponent(id)}${page === '' ? '' : `/${page}`}`;
