import type { AuditActor } from '../../audit/audit-event.js';
import { Body, Param, Post, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { MintAccessTokens, type MintedAccessToken } from '../../tokens/mint-access-tokens.js';
import { NewToken } from './access-token-input.js';
import { accessTokenReply, type AccessTokenReply } from './access-token-reply.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import { Idempotent, Keeps, type Keeping } from '../../admin-http/idempotent.js';

/** Access tokens that staff create for a subject, new or taken over from elsewhere. */
@AdminController('consumers/:consumerKey/tokens')
export class ConsumerTokensController {
  constructor(private readonly tokens: MintAccessTokens) {}

  @Post()
  @Roles()
  @Idempotent()
  async mint(
    @Param('consumerKey') consumerKey: string,
    @Body() { subject, scopes, ttlSeconds, token, tokenSecret }: NewToken,
    @Actor() actor: AuditActor,
    @Keeps() keeping: Keeping,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<AccessTokenReply & { tokenSecret: string }> {
    const given = {
      subject,
      scopes: scopes ?? undefined,
      ttlSeconds: ttlSeconds ?? undefined,
      token: token ?? undefined,
      tokenSecret: tokenSecret ?? undefined,
    };
    const reply = ({ minted, tokenSecret: secret }: MintedAccessToken) => {
      response.setHeader('Location', `/admin/tokens/${encodeURIComponent(minted.token)}`);
      return { ...accessTokenReply(minted), tokenSecret: secret };
    };
    return reply(await this.tokens.mint(consumerKey, given, actor, keeping(reply)));
  }
}
