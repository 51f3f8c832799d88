import type { AuditEvent } from '../../audit/audit-event.js';
import type { Cell } from '../blocks.js';
import { pageOf, shownTime } from '../lists.js';
import type { Texts } from '../texts/english.js';

/** What has a page of its own, by what stands before the `:` of a target. */
const PAGES: Readonly<Record<string, string>> = {
  consumer: 'consumers',
  token: 'tokens',
  event: 'events',
};

/** What an act or an event is about, with the way to its page. */
export function targetCell(target: string): Cell {
  const [, kind = '', id = ''] = /^([a-z_]+):(.*)$/s.exec(target) ?? [];
  const list = PAGES[kind];
  return { text: target, href: list === undefined ? undefined : pageOf(list, id), isCode: true };
}

/** One event as a row: at, actor, action, target, and its detail for who wants it. */
export function eventRow(
  { at, actor, action, target, detail }: AuditEvent,
  { record }: Texts,
): Cell[] {
  return [
    shownTime(new Date(at)),
    actor,
    { text: action, isCode: true },
    targetCell(target),
    { text: JSON.stringify(detail, null, 1), folded: record.show },
  ];
}
