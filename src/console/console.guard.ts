import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { actorBy, rememberCaller } from '../admin-http/caller-of.js';
import { ANY_CALLER, ROLES_METADATA } from '../admin-http/roles.decorator.js';
import { STREAMED_BODY } from '../admin-http/streamed-body.js';
import type { Role } from '../callers/caller.js';
import { requestIdOf } from '../http/problem-details.js';
import { CsrfTokens, type FormPurpose } from '../pages/csrf-tokens.js';
import { assertSameOrigin } from '../pages/csrf-origin.js';
import { PageRateLimit } from '../pages/page-rate-limit.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { Answered } from './answered.js';
import { StaffSignIn } from './sign-in/staff-sign-in.js';
import { StaffSessions, staffSessionIdIn, type StaffSession } from './staff-sessions.js';
import { ConsoleRequests, forgedForm, keepStaffRequest } from './staff-request.js';

/** The purpose of every console form: this member of staff may send it. */
const formOf = ({ caller }: StaffSession): FormPurpose => ({
  purpose: 'console',
  subject: caller.name,
  about: '',
});

/**
 * Accepts a request if the caller is signed in and has one of the roles of the page. A form also needs a token that a
 * page of this console made for this caller. The guard redirects or refuses all other requests. It does not read a
 * streamed body: the handler finds the form's token in it (uploaded-file.ts).
 */
@Injectable()
export class ConsoleGuard implements CanActivate {
  constructor(
    private readonly requests: ConsoleRequests,
    private readonly limit: PageRateLimit,
    private readonly sessions: StaffSessions,
    private readonly signIn: StaffSignIn,
    private readonly formTokens: CsrfTokens,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<IncomingMessage>();
    const response = http.getResponse<ServerResponse>();
    const isForm = request.method !== 'GET' && request.method !== 'HEAD';
    await this.limit.count(this.requests.addressOf(request), isForm ? 'form' : 'page');
    const isStreamed = this.reflector.get(STREAMED_BODY, context.getHandler()) === true;
    const pageRequest = await this.requests.read(request, requestIdOf(response), { isStreamed });
    const session = await this.sessions.find(staffSessionIdIn(pageRequest.cookies));
    if (!session) {
      if (isForm) throw new PageRefusal('signed-out', { retryAt: '/console/' });
      throw new Answered(await this.signIn.begin(pageRequest, pageRequest.target));
    }
    rememberCaller(request, session.caller);
    const allowed = this.reflector.get<readonly Role[] | typeof ANY_CALLER | undefined>(
      ROLES_METADATA,
      context.getHandler(),
    );
    const may = (...roles: readonly Role[]): boolean =>
      session.caller.roles.some((role) => role === 'admin' || roles.includes(role));
    const formToken = this.formTokens.make(formOf(session));
    const isFormToken = (sent: string | undefined): boolean =>
      this.formTokens.verify(sent, formOf(session));
    const actor = actorBy(session.caller.name, request, response);
    keepStaffRequest(request, { ...pageRequest, session, actor, formToken, isFormToken, may });
    if (
      allowed !== ANY_CALLER &&
      !session.caller.roles.some((role) => allowed?.includes(role) === true)
    ) {
      throw new PageRefusal<string>('forbidden');
    }
    if (!isForm) return true;
    assertSameOrigin(pageRequest);
    if (isStreamed || isFormToken(pageRequest.form.one('form_token'))) return true;
    throw forgedForm();
  }
}
