import type { AuditEvent } from '../../audit/audit-event.js';
import type { Cell } from '../blocks.js';
import { pageOf, shownTime } from '../lists.js';
import type { Texts } from '../texts/english.js';

/** The path of an item's page, by the prefix of the target before `:`. */
const PAGES: Readonly<Record<string, string>> = {
  consumer: 'consumers',
  token: 'tokens',
  event: 'events',
};

/** The target of an action or an event, with a link to its page. */
export function targetCell(target: string): Cell {
  const [, kind = '', id = ''] = /^([a-z_]+):(.*)$/s.exec(target) ?? [];
  const list = PAGES[kind];
  return { text: target, href: list === undefined ? undefined : pageOf(list, id), isCode: true };
}

/** One event as a row: at, actor, action, target, and its folded detail. */
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
