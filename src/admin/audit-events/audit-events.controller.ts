import { Get, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditEvents } from '../../audit/audit-events.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { findEvents, lastIdOf } from './find-events.js';
import { ListAuditEventsQuery } from './list-audit-events.query.js';
import { limitOf, pageReply, type PageReply } from '../../admin-http/page-query.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const PATH = '/admin/audit-events';

/** The record of staff: what they did, and what was refused. */
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
    const found = await findEvents(this.events, query, lastIdOf(PATH, query), limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next = last && { at: new Date(last.at), key: String(last.id) };
    const { reply, link } = pageReply(PATH, query, page, next);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }
}
