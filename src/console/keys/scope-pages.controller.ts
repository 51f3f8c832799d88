import { Get, Param, Post } from '@nestjs/common';
import { limitOf, PageQuery, positionOf } from '../../admin-http/page-query.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { ScopeDescription, scopeWords } from '../../admin/scopes/scope-input.js';
import { InvalidInput, type InputFault } from '../../input/input-fault.js';
import { strictInput } from '../../input/strict-input.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { ScopeDescriptions } from '../../scopes/scope-descriptions.js';
import { Answered } from '../answered.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { faultOf } from '../consumers/consumer-form.js';
import { listQuery, nextPage, pageOf, shownTime } from '../lists.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';

const LIST = '/console/scopes';

/** The titles and descriptions of scopes, which staff write for resource owners. */
@ConsoleController('scopes')
export class ScopePagesController {
  constructor(
    private readonly descriptions: ScopeDescriptions,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  list(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    return this.page(pageRequest, pageRequest.target, []);
  }

  @Post()
  @Roles()
  async describe(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { form } = pageRequest;
    const scope = form.all('scope')[0]?.trim() ?? '';
    try {
      const given = strictInput(ScopeDescription, {
        title: form.one('title') ?? null,
        description: form.one('description')?.replaceAll('\r\n', '\n') ?? null,
      });
      await this.descriptions.describe(scope, scopeWords(scope, given), pageRequest.actor);
      return redirectTo(LIST);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      throw new Answered(await this.page(pageRequest, LIST, error.faults), error);
    }
  }

  @Get(':scope')
  @Roles('auditor')
  async show(
    @Param('scope') scope: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const { scopes: texts } = pageRequest.texts;
    const { title, description, updatedAt } = await this.descriptions.find(scope);
    const frame = { title: scope, trail: [{ href: LIST, text: texts.title }] };
    return this.pages.render(pageRequest, frame, [
      {
        is: 'facts',
        rows: [
          { term: texts.titleField, cells: [title ?? '–'] },
          { term: texts.description, cells: [description ?? '–'] },
          { term: pageRequest.texts.consumers.updated, cells: [shownTime(updatedAt)] },
        ],
      },
      ...(pageRequest.may()
        ? [
            { is: 'heading' as const, text: texts.delete },
            { is: 'text' as const, text: texts.deleteIntro },
            {
              is: 'form' as const,
              action: pageOf('scopes', scope, 'delete'),
              fields: [],
              submit: texts.delete,
              isDangerous: true,
            },
          ]
        : []),
    ]);
  }

  @Post(':scope/delete')
  @Roles()
  async forget(
    @Param('scope') scope: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    await this.descriptions.forget(scope, pageRequest.actor);
    return redirectTo(LIST);
  }

  private async page(
    pageRequest: StaffRequest,
    target: string,
    faults: readonly InputFault[],
  ): Promise<Reply> {
    const { scopes: texts } = pageRequest.texts;
    const query = listQuery(PageQuery, target);
    const limit = limitOf(query);
    const found = await this.descriptions.page(positionOf(LIST, query)?.key ?? '', limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next = last && { at: new Date(0), key: last.scope };
    const kept = (name: string) => (faults.length > 0 ? pageRequest.form.all(name)[0] : undefined);
    // A fault of the whole input is shown beside the name.
    const whole = faults.find(({ pointer }) => pointer === '')?.detail;
    const field = (name: string, label: string, kind: 'text' | 'area') => ({
      name,
      label,
      kind,
      value: kept(name),
      fault: faultOf(name, faults),
    });
    return this.pages.render(
      pageRequest,
      { title: texts.title, status: faults.length > 0 ? 400 : 200 },
      [
        { is: 'text', text: texts.intro },
        {
          is: 'table',
          caption: texts.title,
          columns: texts.columns,
          rows: page.map(({ scope, title, description, updatedAt }) => [
            { text: scope, href: pageOf('scopes', scope), isCode: true },
            title ?? '–',
            description ?? '–',
            shownTime(updatedAt),
          ]),
          none: texts.none,
          next: nextPage(LIST, query, next),
        },
        ...(pageRequest.may()
          ? [
              { is: 'heading' as const, text: texts.describe },
              {
                is: 'form' as const,
                action: LIST,
                submit: texts.describe,
                fields: [
                  { ...field('scope', texts.scope, 'text'), fault: whole, isRequired: true },
                  field('title', texts.titleField, 'text'),
                  field('description', texts.description, 'area'),
                ],
              },
            ]
          : []),
      ],
    );
  }
}
