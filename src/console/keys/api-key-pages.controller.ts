import { Get, Param, Post } from '@nestjs/common';
import { limitOf, PageQuery, positionOf } from '../../admin-http/page-query.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { NewApiKey } from '../../admin/api-keys/api-key-input.js';
import { ApiKeys } from '../../callers/api-keys.js';
import { ROLES } from '../../callers/caller.js';
import { parseDateTime } from '../../input/date-time.js';
import { InvalidInput, type InputFault } from '../../input/input-fault.js';
import { strictInput } from '../../input/strict-input.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { Answered } from '../answered.js';
import { announced, type Block } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { faultOf } from '../consumers/consumer-form.js';
import { listQuery, nextPage, pageOf, shownTime } from '../lists.js';
import { pageOrPart } from '../shown-once.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';

const LIST = '/console/api-keys';

/** The API keys of staff, gateways and consent applications. */
@ConsoleController('api-keys')
export class ApiKeyPagesController {
  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  list(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const isDone = pageRequest.query.one('deleted') !== undefined;
    return this.page(pageRequest, {
      target: isDone ? LIST : pageRequest.target,
      notes: announced(isDone ? pageRequest.texts.apiKeys.deleted : undefined),
    });
  }

  @Post()
  @Roles()
  async create(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { form, texts } = pageRequest;
    try {
      const given = strictInput(NewApiKey, {
        name: form.all('name')[0] ?? '',
        role: form.one('role'),
        expiresAt: form.one('expiresAt') ?? null,
      });
      const { name, role } = given;
      const expiresAt = parseDateTime(given.expiresAt ?? '') ?? null;
      const { key } = await this.apiKeys.create({ name, role, expiresAt }, pageRequest.actor);
      const notes: Block[] = [
        ...announced(texts.apiKeys.created),
        { is: 'secret', label: texts.apiKeys.key, value: key },
      ];
      return await pageOrPart(this.page(pageRequest, { status: 201, notes }), () =>
        this.pages.render(pageRequest, { title: texts.apiKeys.title, status: 201 }, notes),
      );
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const reply = await this.page(pageRequest, { status: 400, faults: error.faults });
      throw new Answered(reply, error);
    }
  }

  @Get(':id/delete')
  @Roles()
  async confirm(
    @Param('id') id: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const { name } = await this.apiKeys.read(id);
    const { apiKeys: texts } = pageRequest.texts;
    const frame = { title: texts.one, trail: [{ href: LIST, text: texts.title }] };
    return this.pages.render(pageRequest, frame, [
      { is: 'text', text: texts.deleteIntro(name) },
      {
        is: 'form',
        action: pageOf('api-keys', id, 'delete'),
        fields: [],
        submit: texts.delete,
        isDangerous: true,
      },
    ]);
  }

  @Post(':id/delete')
  @Roles()
  async delete(
    @Param('id') id: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    await this.apiKeys.delete(id, pageRequest.actor);
    return redirectTo(`${LIST}?deleted=1`);
  }

  private async page(
    pageRequest: StaffRequest,
    more: {
      target?: string;
      status?: number;
      notes?: readonly Block[];
      faults?: readonly InputFault[];
    },
  ): Promise<Reply> {
    const { apiKeys: texts } = pageRequest.texts;
    const { target = LIST, status, notes = [], faults = [] } = more;
    const query = listQuery(PageQuery, target);
    const limit = limitOf(query);
    const found = await this.apiKeys.page(positionOf(LIST, query), limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next = last && { at: last.createdAt, key: last.id };
    return this.pages.render(pageRequest, { title: texts.title, status }, [
      ...notes,
      {
        is: 'table',
        caption: texts.title,
        columns: texts.columns,
        rows: page.map(({ id, name, role, createdAt, expiresAt, lastUsedAt }) => [
          name,
          role,
          shownTime(createdAt),
          expiresAt === null ? pageRequest.texts.never : shownTime(expiresAt),
          lastUsedAt === null ? pageRequest.texts.never : shownTime(lastUsedAt),
          pageRequest.may() ? { text: texts.delete, href: pageOf('api-keys', id, 'delete') } : '',
        ]),
        none: texts.none,
        next: nextPage(LIST, query, next),
      },
      ...(pageRequest.may() ? creationBlocks(pageRequest, faults) : []),
    ]);
  }
}

function creationBlocks({ form, texts }: StaffRequest, faults: readonly InputFault[]): Block[] {
  const { apiKeys } = texts;
  const kept = (name: string) => (faults.length > 0 ? form.all(name)[0] : undefined);
  return [
    { is: 'heading', text: apiKeys.create },
    {
      is: 'form',
      action: LIST,
      submit: apiKeys.create,
      fields: [
        {
          name: 'name',
          label: apiKeys.name,
          kind: 'text',
          value: kept('name'),
          isRequired: true,
          fault: faultOf('name', faults),
        },
        {
          name: 'role',
          label: apiKeys.role,
          kind: 'choice',
          chosen: [kept('role') ?? 'auditor'],
          options: ROLES.map((role) => [role, apiKeys.roles[role]] as const),
          fault: faultOf('role', faults),
        },
        {
          name: 'expiresAt',
          label: apiKeys.expiresAt,
          kind: 'text',
          value: kept('expiresAt'),
          help: apiKeys.expiresHelp,
          fault: faultOf('expiresAt', faults),
        },
      ],
    },
  ];
}
