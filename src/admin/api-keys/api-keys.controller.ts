import type { AuditActor } from '../../audit/audit-event.js';
import { Body, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { ApiKeys, type ApiKey, type NewlyMadeKey } from '../../callers/api-keys.js';
import { parseDateTime } from '../../input/date-time.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { NewApiKey } from './api-key-input.js';
import { Actor } from '../../admin-http/caller-of.js';
import { Idempotent, Keeps, type Keeping } from '../../admin-http/idempotent.js';
import {
  limitOf,
  PageQuery,
  pageReply,
  positionOf,
  type PageReply,
} from '../../admin-http/page-query.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const PATH = '/admin/api-keys';

/** Keys of staff, gateways and consent applications. */
@AdminController('api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeys) {}

  @Post()
  @Roles()
  @Idempotent()
  async create(@Body() given: NewApiKey, @Actor() actor: AuditActor, @Keeps() keeping: Keeping) {
    const expiresAt = parseDateTime(given.expiresAt ?? '') ?? null;
    const { name, role } = given;
    const reply = ({ apiKey, key }: NewlyMadeKey) => ({ ...apiKeyReply(apiKey), key });
    return reply(await this.apiKeys.create({ name, role, expiresAt }, actor, keeping(reply)));
  }

  @Get()
  @Roles('auditor')
  @TakesQuery(PageQuery)
  async list(
    @Query() query: PageQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<ApiKeyReply>> {
    const limit = limitOf(query);
    const found = await this.apiKeys.page(positionOf(PATH, query), limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next = last && { at: last.createdAt, key: last.id };
    const { reply, link } = pageReply(PATH, query, page.map(apiKeyReply), next);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }

  @Delete(':id')
  @Roles()
  @HttpCode(204)
  async delete(@Param('id') id: string, @Actor() actor: AuditActor): Promise<void> {
    await this.apiKeys.delete(id, actor);
  }
}

const apiKeyReply = ({ id, name, role, expiresAt, createdAt, lastUsedAt }: ApiKey) => ({
  id,
  name,
  role,
  expiresAt: expiresAt?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

type ApiKeyReply = ReturnType<typeof apiKeyReply>;
