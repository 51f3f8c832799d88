import { Get, Param, Post } from '@nestjs/common';
import { Roles } from '../../admin-http/roles.decorator.js';
import { findEvents } from '../../admin/events/find-events.js';
import { ListEventsQuery } from '../../admin/events/list-events.query.js';
import { EventList, type ListedEvent } from '../../events/event-list.js';
import { EVENT_STATES, EVENT_TYPES } from '../../events/event.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { announced, type Block, type Cell } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { listQuery, nextPage, pageOf, shownTime, searchForm } from '../lists.js';
import { targetCell } from '../record/event-row.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
import type { Texts } from '../texts/english.js';

const LIST = '/console/events';

/** The events for the platform: waiting, delivered and dead letters. */
@ConsoleController('events')
export class EventPagesController {
  constructor(
    private readonly events: EventList,
    private readonly pages: ConsoleRenderer,
  ) {}

  /** Newest first by default. */
  @Get()
  @Roles('auditor')
  async list(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { events: texts, any } = pageRequest.texts;
    const given = listQuery(ListEventsQuery, pageRequest.target);
    const { state, type, consumerKey, order = 'desc' } = given;
    const query = { ...given, order };
    const { page, next } = await findEvents(this.events, LIST, query);
    return this.pages.render(pageRequest, { title: texts.title }, [
      searchForm(LIST, pageRequest.texts, [
        {
          name: 'state',
          label: texts.state,
          kind: 'choice',
          chosen: [state ?? ''],
          options: [['', any], ...EVENT_STATES.map((one) => [one, texts.states[one]] as const)],
        },
        {
          name: 'type',
          label: texts.type,
          kind: 'choice',
          chosen: [type ?? ''],
          options: [['', any], ...EVENT_TYPES.map((one) => [one, one] as const)],
        },
        { name: 'consumerKey', label: texts.consumerKey, kind: 'text', value: consumerKey },
      ]),
      {
        is: 'table',
        caption: texts.title,
        columns: texts.columns,
        rows: page.map((event) => rowOf(event, pageRequest)),
        none: texts.none,
        next: nextPage(LIST, query, next),
      },
    ]);
  }

  @Get(':id')
  @Roles('auditor')
  async show(@Param('id') id: string, @CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { events: texts } = pageRequest.texts;
    const event = await this.events.find(id);
    const frame = { title: texts.one, trail: [{ href: LIST, text: texts.title }] };
    return this.pages.render(pageRequest, frame, [
      ...announced(pageRequest.query.one('done') && texts.wasReplayed),
      factsOf(event, pageRequest.texts),
      ...(pageRequest.may() && event.state !== 'pending'
        ? replayBlocks(event, pageRequest.texts)
        : []),
    ]);
  }

  @Post(':id/replay')
  @Roles()
  async replay(
    @Param('id') id: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    await this.events.replay(id, pageRequest.actor);
    return redirectTo(`${pageOf('events', id)}?done=replayed`);
  }
}

const stateOf = ({ state }: ListedEvent, { events }: Texts): Cell => ({
  text: events.states[state],
  mark: state === 'delivered' ? 'good' : state === 'dead' ? 'bad' : 'off',
});

const errorOf = ({ lastError }: ListedEvent): Cell =>
  lastError === null ? '–' : { text: lastError, isCode: true };

function rowOf(event: ListedEvent, pageRequest: StaffRequest): Cell[] {
  const { id, type, subject, createdAt, attempts, dueAt } = event;
  return [
    { text: shownTime(createdAt), href: pageOf('events', id) },
    { text: type, isCode: true },
    targetCell(subject),
    stateOf(event, pageRequest.texts),
    String(attempts),
    dueAt === null ? '–' : shownTime(dueAt),
    errorOf(event),
    pageRequest.may() && event.state !== 'pending'
      ? { text: pageRequest.texts.events.replay, href: pageOf('events', id) }
      : '',
  ];
}

/** All fields of an event, including the body that the receiver gets. */
function factsOf(event: ListedEvent, texts: Texts): Block {
  const { events } = texts;
  const { id, type, consumerKey, subject, data, createdAt, attempts, dueAt, settledAt } = event;
  return {
    is: 'facts',
    rows: [
      { term: events.id, cells: [{ text: id, isCode: true }] },
      { term: events.type, cells: [{ text: type, isCode: true }] },
      {
        term: events.consumerKey,
        cells: [{ text: consumerKey, href: pageOf('consumers', consumerKey), isCode: true }],
      },
      { term: events.subject, cells: [targetCell(subject)] },
      { term: events.state, cells: [stateOf(event, texts)] },
      { term: events.created, cells: [shownTime(createdAt)] },
      { term: events.attempts, cells: [String(attempts)] },
      { term: events.lastError, cells: [errorOf(event)] },
      ...(dueAt === null ? [] : [{ term: events.due, cells: [shownTime(dueAt)] }]),
      ...(settledAt === null ? [] : [{ term: events.settled, cells: [shownTime(settledAt)] }]),
      { term: events.data, cells: [{ text: JSON.stringify(data), isCode: true }] },
    ],
  };
}

function replayBlocks({ id }: ListedEvent, { events }: Texts): Block[] {
  return [
    { is: 'heading', text: events.replay },
    { is: 'text', text: events.replayIntro },
    { is: 'form', action: pageOf('events', id, 'replay'), fields: [], submit: events.replay },
  ];
}
