import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { AuditActor } from '../../audit/audit-event.js';
import {
  AuthorizationRequestRefused,
  AuthorizationRequests,
  type AllowedRequest,
  type DeniedRequest,
} from '../../tokens/authorization-requests.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Acceptance, Rejection } from './authorization-decision.js';
import { Actor } from '../../admin-http/caller-of.js';
import { Idempotent, Keeps, type Keeping } from '../../admin-http/idempotent.js';
import {
  authorizationRequestReply,
  type AuthorizationRequestReply,
} from './authorization-request-reply.js';

/** What a consent application of the platform does for the resource owner (RFC 5849 section 2.2). */
@AdminController('authorization-requests')
export class AuthorizationRequestsController {
  constructor(private readonly requests: AuthorizationRequests) {}

  @Get(':oauthToken')
  @Roles('auditor', 'consent')
  async get(@Param('oauthToken') oauthToken: string): Promise<AuthorizationRequestReply> {
    const request = await this.requests.find(oauthToken);
    if (!request) throw new AuthorizationRequestRefused('unknown');
    return authorizationRequestReply(request);
  }

  @Post(':oauthToken/accept')
  @Roles('consent')
  @Idempotent()
  @HttpCode(200)
  async accept(
    @Param('oauthToken') oauthToken: string,
    @Body() { subject, scopes }: Acceptance,
    @Actor() actor: AuditActor,
    @Keeps() keeping: Keeping,
  ): Promise<AllowedRequest> {
    const grant = { subject, scopes: scopes ?? undefined };
    const reply = ({ redirectTo, oauthVerifier }: AllowedRequest) => ({
      redirectTo,
      oauthVerifier,
    });
    return reply(await this.requests.accept(oauthToken, grant, actor, keeping(reply)));
  }

  @Post(':oauthToken/reject')
  @Roles('consent')
  @Idempotent()
  @HttpCode(200)
  async reject(
    @Param('oauthToken') oauthToken: string,
    @Body() { reason }: Rejection,
    @Actor() actor: AuditActor,
    @Keeps() keeping: Keeping,
  ): Promise<DeniedRequest> {
    const reply = ({ redirectTo }: DeniedRequest) => ({ redirectTo });
    return reply(await this.requests.reject(oauthToken, actor, reason ?? null, keeping(reply)));
  }
}
