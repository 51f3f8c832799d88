import { Get, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditEvents } from '../../audit/audit-events.js';
import { parseDateTime } from '../../input/date-time.js';
import { InvalidInput } from '../../input/input-fault.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { ListAuditEventsQuery } from './list-audit-events.query.js';
import { limitOf, pageReply, positionOf, type PageReply } from '../../admin-http/page-query.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const PATH = '/admin/audit-events';

/** What a key or an identifier alone may be that of. */
const THINGS = ['consumer', 'token', 'authorization_request'];

/** A target as it stands on record, and of a key without `THING:` before it all that it can mean. */
const targetsMeant = (target: string | undefined): (string | undefined)[] =>
  target === undefined || /^[a-z_]+:|^[A-Z]+ /.test(target)
    ? [target]
    : [target, ...THINGS.map((thing) => `${thing}:${target}`)];

/** The record of what staff did, and tried to. */
@AdminController('audit-events')
export class AuditEventsController {
  constructor(private readonly events: AuditEvents) {}

  @Get()
  @Roles('auditor')
  @TakesQuery(ListAuditEventsQuery)
  async list(
    @Query() query: ListAuditEventsQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<AuditEvent>> {
    const limit = limitOf(query);
    const { actor, action } = query;
    const newestFirst = query.order === 'desc';
    const [from, to] = [parseDateTime(query.from ?? ''), parseDateTime(query.to ?? '')];
    const filter = { actor, action, from, to, newestFirst };
    const lastId = lastIdOf(query);
    const found = await Promise.all(
      targetsMeant(query.target).map((target) =>
        this.events.page({ ...filter, target }, lastId, limit + 1),
      ),
    ).then((pages) =>
      pages
        .flat()
        .sort((a, b) => (newestFirst ? b.id - a.id : a.id - b.id))
        .slice(0, limit + 1),
    );
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next = last && { at: new Date(last.at), key: String(last.id) };
    const { reply, link } = pageReply(PATH, query, page, next);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }
}

/** Events are numbered in the order in which they are listed. */
function lastIdOf(query: ListAuditEventsQuery): number | undefined {
  const key = positionOf(PATH, query)?.key;
  if (key === undefined) return undefined;
  if (/^\d{1,15}$/.test(key)) return Number(key);
  throw new InvalidInput([{ pointer: '?cursor', detail: 'must be a nextCursor of this list' }]);
}
