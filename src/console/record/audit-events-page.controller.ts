import { Get, Post, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { limitOf } from '../../admin-http/page-query.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { findEvents, lastIdOf } from '../../admin/audit-events/find-events.js';
import { ListAuditEventsQuery } from '../../admin/audit-events/list-audit-events.query.js';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditEvents } from '../../audit/audit-events.js';
import { AuditVerifier, type AuditVerdict } from '../../audit/audit-verifier.js';
import type { Reply } from '../../pages/reply.js';
import { announced, type Block } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { listQuery, nextPage, searchForm } from '../lists.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
import { eventRow } from './event-row.js';

const LIST = '/console/audit-events';
const FILTERS = ['actor', 'action', 'target', 'from', 'to'] as const;
const DOWNLOADED_AT_ONCE = 200;

/** The audit trail: what staff did and tried to do. */
@ConsoleController('audit-events')
export class AuditEventsPageController {
  /** The verification that is running. It reads the whole audit trail, so later requests wait for its result. */
  private verification: Promise<AuditVerdict> | undefined;

  constructor(
    private readonly events: AuditEvents,
    private readonly verifier: AuditVerifier,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  async list(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    return this.page(pageRequest, pageRequest.target, []);
  }

  /** A POST because it is expensive: links, prefetches and reloads must not start it. */
  @Post('chain')
  @Roles('auditor')
  async chain(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    this.verification ??= this.verifier.verify().finally(() => (this.verification = undefined));
    const { head, faults } = await this.verification;
    const { chainWhole, chainBroken } = pageRequest.texts.record;
    const isWhole = faults.length === 0;
    const text = isWhole ? chainWhole(String(head?.lastId ?? 0)) : chainBroken;
    return this.page(pageRequest, LIST, announced(text, isWhole ? 'status' : 'alert'));
  }

  /** All matching events, one a line, oldest first. An error after the first line closes the connection. */
  @Get('download')
  @Roles('auditor')
  async download(
    @CurrentRequest() pageRequest: StaffRequest,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const query = listQuery(ListAuditEventsQuery, pageRequest.target);
    const filter = { ...query, order: 'asc' };
    let events = await findEvents(this.events, filter, undefined, DOWNLOADED_AT_ONCE);
    response.setHeader('Content-Type', 'application/x-ndjson');
    response.setHeader('Content-Disposition', 'attachment; filename="audit-events.ndjson"');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const isAsked = response.req.method !== 'HEAD';
    while (isAsked && events.length > 0 && !response.destroyed) {
      const isTaken = response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      if (!isTaken) await drained(response);
      const lastId = (events.at(-1) as AuditEvent).id;
      events = await findEvents(this.events, filter, lastId, DOWNLOADED_AT_ONCE);
    }
    response.end();
  }

  private async page(
    pageRequest: StaffRequest,
    target: string,
    notes: readonly Block[],
  ): Promise<Reply> {
    const { record: texts } = pageRequest.texts;
    const query = listQuery(ListAuditEventsQuery, target);
    const limit = limitOf(query);
    const filter = { ...query, order: query.order ?? 'desc' };
    const found = await findEvents(this.events, filter, lastIdOf(LIST, query), limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next = last && { at: new Date(last.at), key: String(last.id) };
    const given = FILTERS.flatMap((name) => {
      const value = query[name];
      return value === undefined ? [] : [[name, value] as [string, string]];
    });
    const download = new URLSearchParams(given).toString();
    return this.pages.render(pageRequest, { title: texts.title }, [
      ...notes,
      searchForm(
        LIST,
        pageRequest.texts,
        FILTERS.map((name) => ({
          name,
          label: texts[name],
          kind: 'text' as const,
          value: query[name],
          help: name === 'from' || name === 'to' ? texts.dateHelp : undefined,
        })),
      ),
      {
        is: 'links',
        links: [{ href: `${LIST}/download?${download}`, text: texts.download }],
      },
      { is: 'form', action: `${LIST}/chain`, fields: [], submit: texts.verify },
      {
        is: 'table',
        caption: texts.title,
        columns: texts.columns,
        rows: page.map((event) => eventRow(event, pageRequest.texts)),
        none: texts.none,
        next: nextPage(LIST, query, next),
      },
    ]);
  }
}

/** Resolves when the client has read the written data, or has disconnected. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.once('drain', settle).once('close', settle);
    if (response.closed) settle();
  });
