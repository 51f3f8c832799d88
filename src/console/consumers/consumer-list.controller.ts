import { Get, Post } from '@nestjs/common';
import { Roles } from '../../admin-http/roles.decorator.js';
import { limitOf, positionOf } from '../../admin-http/page-query.js';
import { ListConsumersQuery } from '../../admin/consumers/list-consumers.query.js';
import { ConsumerKeyTaken } from '../../consumers/consumer-refusals.js';
import { NewConsumer } from '../../consumers/consumer-registration.js';
import type { Consumer } from '../../consumers/consumer.js';
import { ConsumersService } from '../../consumers/consumers.service.js';
import { InvalidInput, type InputFault } from '../../input/input-fault.js';
import { strictInput } from '../../input/strict-input.js';
import type { Reply } from '../../pages/reply.js';
import { Answered } from '../answered.js';
import { announced, type Cell, type Field } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { listQuery, nextPage, pageOf, shownTime, searchForm, sortedColumn } from '../lists.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
import type { Texts } from '../texts/english.js';
import { consumerFormFields, faultOf, givenConsumer, type FilledIn } from './consumer-form.js';

const LIST = '/console/consumers';
const REGISTRATION = '/console/consumer-registration';

/** The list of consumers. */
@ConsoleController('consumers')
export class ConsumerListController {
  constructor(
    private readonly consumers: ConsumersService,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  async list(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { deleted, ...texts } = pageRequest.texts.consumers;
    const wasDeleted = pageRequest.query.one('deleted') !== undefined;
    const query = listQuery(ListConsumersQuery, wasDeleted ? LIST : pageRequest.target);
    const from = positionOf(LIST, query);
    const after = from && { createdAt: from.at, consumerKey: from.key };
    const { consumers, next } = await this.consumers.page(query, after, limitOf(query));
    const position = next && { at: next.createdAt, key: next.consumerKey };
    return this.pages.render(pageRequest, { title: texts.title }, [
      ...announced(wasDeleted ? deleted : undefined),
      ...(pageRequest.may()
        ? [
            {
              is: 'links' as const,
              links: [
                { href: REGISTRATION, text: texts.register, isMain: true },
                { href: '/console/import', text: pageRequest.texts.import.title },
                { href: '/console/export', text: pageRequest.texts.export.title },
              ],
            },
          ]
        : []),
      searchForm(LIST, pageRequest.texts, [
        { name: 'q', label: texts.find, kind: 'text', value: query.q },
        {
          name: 'status',
          label: texts.status,
          kind: 'choice',
          chosen: [query.status ?? ''],
          options: [
            ['', pageRequest.texts.any],
            ['active', texts.active],
            ['disabled', texts.disabled],
          ],
        },
        {
          name: 'order',
          label: texts.order,
          kind: 'choice',
          chosen: [query.order ?? 'asc'],
          options: [
            ['asc', texts.oldestFirst],
            ['desc', texts.newestFirst],
          ],
        },
      ]),
      {
        is: 'table',
        caption: texts.title,
        // Only this column sorts: the database reads each page of a list from an index (docs/adr/0019).
        columns: [...texts.columns, sortedColumn(LIST, query, texts.created)],
        rows: consumers.map((one) => rowOf(one, pageRequest.texts)),
        none: texts.none,
        next: nextPage(LIST, query, position),
      },
    ]);
  }
}

function rowOf(consumer: Consumer, texts: Texts): Cell[] {
  const { consumerKey, name, signatureMethods, scopes, createdAt } = consumer;
  const href = pageOf('consumers', consumerKey);
  return [
    { text: name, href },
    { text: consumerKey, href, isCode: true },
    statusOf(consumer, texts),
    signatureMethods.join(', '),
    scopes.length > 0 ? scopes.join(' ') : texts.none,
    shownTime(createdAt),
  ];
}

/** The status as text. */
export const statusOf = ({ status }: Pick<Consumer, 'status'>, { consumers }: Texts): Cell =>
  status === 'active'
    ? { text: consumers.active, mark: 'good' }
    : { text: consumers.disabled, mark: 'bad' };

/** The registration form. Its path is not below the list, because a consumer may have any key. */
@ConsoleController('consumer-registration')
export class ConsumerRegistrationController {
  constructor(
    private readonly consumers: ConsumersService,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles()
  form(@CurrentRequest() pageRequest: StaffRequest): Reply {
    return this.page(pageRequest, {}, [], undefined);
  }

  @Post()
  @Roles()
  async register(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { form, texts } = pageRequest;
    const given = givenConsumer(form);
    const own = {
      consumerKey: form.one('consumerKey') ?? null,
      consumerSecret: form.one('consumerSecret') ?? null,
    };
    try {
      const registration = strictInput(NewConsumer, { ...given, ...own });
      return this.registered(
        pageRequest,
        await this.consumers.register(registration, pageRequest.actor),
      );
    } catch (error) {
      const isTaken = error instanceof ConsumerKeyTaken;
      if (!isTaken && !(error instanceof InvalidInput)) throw error;
      const faults = isTaken
        ? [{ pointer: '/consumerKey', detail: texts.consumers.taken }]
        : error.faults;
      const reply = this.page(pageRequest, given, faults, own.consumerKey ?? undefined);
      throw new Answered(reply, error);
    }
  }

  private page(
    pageRequest: StaffRequest,
    filled: FilledIn,
    faults: readonly InputFault[],
    ownKey: string | undefined,
  ): Reply {
    const { consumers: texts } = pageRequest.texts;
    const { first, more, isMoreOpen } = consumerFormFields(filled, faults, pageRequest.texts);
    const own: Field[] = [
      {
        name: 'consumerKey',
        label: texts.ownKey,
        kind: 'text',
        value: ownKey,
        help: texts.ownKeyHelp,
        fault: faultOf('consumerKey', faults),
      },
      {
        name: 'consumerSecret',
        label: texts.ownSecret,
        kind: 'password',
        fault: faultOf('consumerSecret', faults),
      },
    ];
    const frame = {
      title: texts.register,
      status: faults.length > 0 ? 400 : 200,
      trail: [{ href: LIST, text: texts.title }],
    };
    return this.pages.render(pageRequest, frame, [
      {
        is: 'form',
        action: REGISTRATION,
        fields: first,
        more: {
          summary: texts.moreFields,
          fields: [...more, ...own],
          isOpen: isMoreOpen || own.some(({ fault }) => fault !== undefined),
        },
        submit: texts.register,
      },
    ]);
  }

  /** Shows the secret in this reply, without a redirect: it is stored nowhere in the clear. */
  private registered(
    pageRequest: StaffRequest,
    { consumer, consumerSecret }: { consumer: Consumer; consumerSecret: string | null },
  ): Reply {
    const { consumers: texts } = pageRequest.texts;
    const trail = [{ href: LIST, text: texts.title }];
    return this.pages.render(pageRequest, { title: consumer.name, status: 201, trail }, [
      ...announced(consumerSecret === null ? texts.registeredRsa : texts.registered),
      { is: 'secret', label: texts.key, value: consumer.consumerKey },
      ...(consumerSecret === null
        ? []
        : [{ is: 'secret' as const, label: texts.secret, value: consumerSecret }]),
      {
        is: 'links',
        links: [{ href: pageOf('consumers', consumer.consumerKey), text: texts.open }],
      },
    ]);
  }
}
