import type { AuditActor } from '../../audit/audit-event.js';
import { Body, Delete, Get, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { ScopeDescriptions, type DescribedScope } from '../../scopes/scope-descriptions.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import {
  limitOf,
  PageQuery,
  pageReply,
  positionOf,
  type PageReply,
} from '../../admin-http/page-query.js';
import { ScopeDescription, scopeWords } from './scope-input.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const PATH = '/admin/scopes';

/** Titles and descriptions of scopes, which explain them to resource owners. */
@AdminController('scopes')
export class ScopesController {
  constructor(private readonly descriptions: ScopeDescriptions) {}

  @Get()
  @Roles('auditor')
  @TakesQuery(PageQuery)
  async list(
    @Query() query: PageQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<ScopeReply>> {
    const limit = limitOf(query);
    const found = await this.descriptions.page(positionOf(PATH, query)?.key ?? '', limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    // The name is unique and alone identifies the position; the time is not used.
    const next = last && { at: new Date(0), key: last.scope };
    const { reply, link } = pageReply(PATH, query, page.map(scopeReply), next);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }

  @Get(':scope')
  @Roles('auditor')
  async get(@Param('scope') scope: string): Promise<ScopeReply> {
    return scopeReply(await this.descriptions.find(scope));
  }

  @Put(':scope')
  @Roles()
  async put(
    @Param('scope') scope: string,
    @Body() given: ScopeDescription,
    @Actor() actor: AuditActor,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ScopeReply> {
    const words = scopeWords(scope, given);
    const { isNew, ...described } = await this.descriptions.describe(scope, words, actor);
    if (isNew) response.statusCode = 201;
    return scopeReply(described);
  }

  @Delete(':scope')
  @Roles()
  @HttpCode(204)
  async delete(@Param('scope') scope: string, @Actor() actor: AuditActor): Promise<void> {
    await this.descriptions.forget(scope, actor);
  }
}

const scopeReply = ({ scope, title, description, updatedAt }: DescribedScope) => ({
  scope,
  title,
  description,
  updatedAt: updatedAt.toISOString(),
});

type ScopeReply = ReturnType<typeof scopeReply>;
