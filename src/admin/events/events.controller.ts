import { Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import { pageReply, type PageReply } from '../../admin-http/page-query.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { TakesQuery } from '../../admin-http/takes-query.js';
import type { AuditActor } from '../../audit/audit-event.js';
import { EventList, type ListedEvent } from '../../events/event-list.js';
import { findEvents } from './find-events.js';
import { ListEventsQuery } from './list-events.query.js';

const PATH = '/admin/events';

/** Events about consumers and tokens that the service sends to the platform. */
@AdminController('events')
export class EventsController {
  constructor(private readonly events: EventList) {}

  @Get()
  @Roles('auditor')
  @TakesQuery(ListEventsQuery)
  async list(
    @Query() query: ListEventsQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<EventReply>> {
    const { page, next } = await findEvents(this.events, PATH, query);
    const { reply, link } = pageReply(PATH, query, page.map(eventReply), next);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }

  @Post(':id/replay')
  @Roles()
  @HttpCode(200)
  async replay(@Param('id') id: string, @Actor() actor: AuditActor): Promise<EventReply> {
    return eventReply(await this.events.replay(id, actor));
  }
}

const eventReply = ({ position: _, createdAt, dueAt, settledAt, ...event }: ListedEvent) => ({
  ...event,
  createdAt: createdAt.toISOString(),
  dueAt: dueAt?.toISOString() ?? null,
  settledAt: settledAt?.toISOString() ?? null,
});

type EventReply = ReturnType<typeof eventReply>;
