import type { AuditEvent } from '../../audit/audit-event.js';
import type { Cell } from '../blocks.js';
import { pageOf } from '../lists.js';

/** What has a page of its own, by what stands before the `:` of a target. */
const PAGES: Readonly<Record<string, string>> = { consumer: 'consumers', token: 'tokens' };

/** One event as a row: at, actor, action, target, detail. */
export function eventRow({ at, actor, action, target, detail }: AuditEvent): Cell[] {
  const [, kind = '', id = ''] = /^([a-z_]+):(.*)$/s.exec(target) ?? [];
  const list = PAGES[kind];
  return [
    `${at.slice(0, 19).replace('T', ' ')} UTC`,
    actor,
    { text: action, isCode: true },
    { text: target, href: list === undefined ? undefined : pageOf(list, id), isCode: true },
    { text: JSON.stringify(detail), isCode: true },
  ];
}
