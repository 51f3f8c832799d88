import type { AuditActor } from '../../audit/audit-event.js';
import { Body, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { InvalidInput } from '../../input/input-fault.js';
import { ManageAccessTokens } from '../../tokens/manage-access-tokens.js';
import { ListTokensQuery, Revocation } from './access-token-input.js';
import { accessTokenReply, type AccessTokenReply } from './access-token-reply.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import { limitOf, pageReply, positionOf, type PageReply } from '../../admin-http/page-query.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const PATH = '/admin/tokens';

/** Access tokens of all consumers. */
@AdminController('tokens')
export class TokensController {
  constructor(private readonly tokens: ManageAccessTokens) {}

  @Get()
  @Roles('auditor')
  @TakesQuery(ListTokensQuery)
  async list(
    @Query() query: ListTokensQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<AccessTokenReply>> {
    const from = positionOf(PATH, query);
    const after = from && { createdAt: from.at, token: from.key };
    const { consumerKey, subject, status } = query;
    const filter = { consumerKey, subject, status };
    const { tokens, next } = await this.tokens.page(filter, after, limitOf(query));
    const position = next && { at: next.createdAt, key: next.token };
    const { reply, link } = pageReply(PATH, query, tokens.map(accessTokenReply), position);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }

  @Get(':token')
  @Roles('auditor')
  async get(@Param('token') token: string): Promise<AccessTokenReply> {
    return accessTokenReply(await this.tokens.find(token));
  }

  @Post(':token/revoke')
  @Roles()
  @HttpCode(204)
  async revoke(@Param('token') token: string, @Actor() actor: AuditActor): Promise<void> {
    await this.tokens.revoke(token, actor);
  }

  @Post('revoke')
  @Roles()
  @HttpCode(200)
  async revokeAll(
    @Body() given: Revocation,
    @Actor() actor: AuditActor,
  ): Promise<{ revoked: number }> {
    const consumerKey = given.consumerKey ?? undefined;
    const subject = given.subject ?? undefined;
    if (consumerKey === undefined && subject === undefined) {
      throw new InvalidInput([{ pointer: '', detail: 'must have consumerKey, subject, or both' }]);
    }
    return { revoked: await this.tokens.revokeAll({ consumerKey, subject }, actor) };
  }
}
