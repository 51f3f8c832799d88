import { Controller, Get, Post, Req, Res, UseFilters, UseInterceptors } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { unauthorized } from '../../admin-http/assert-allowed.js';
import { Callers } from '../../callers/callers.js';
import { looksLikeJwt } from '../../callers/staff-tokens.js';
import type { Caller } from '../../callers/caller.js';
import { Settings } from '../../config/settings.js';
import { Endpoint } from '../../http/endpoint.decorator.js';
import { requestIdOf } from '../../http/problem-details.js';
import { assertSameOrigin } from '../../pages/csrf-origin.js';
import { PageRateLimit } from '../../pages/page-rate-limit.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { Answered } from '../answered.js';
import { ConsoleFilter } from '../console.filter.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { PageReplyInterceptor } from '../page-reply.interceptor.js';
import { StaffSessions, staffSessionCookie, staffSessionIdIn } from '../staff-sessions.js';
import { ConsoleRequests, type ConsoleRequest } from '../staff-request.js';
import { StaffSignIn, wayOn } from './staff-sign-in.js';

/** The sign-in pages, which are open to everyone who reaches the listener. */
@Controller('console')
@UseFilters(ConsoleFilter)
@UseInterceptors(PageReplyInterceptor)
@Endpoint({ listener: 'admin', label: 'console', guard: 'none' })
export class StaffSignInController {
  constructor(
    private readonly requests: ConsoleRequests,
    private readonly limit: PageRateLimit,
    private readonly signIn: StaffSignIn,
    private readonly callers: Callers,
    private readonly sessions: StaffSessions,
    private readonly pages: ConsoleRenderer,
    private readonly settings: Settings,
  ) {}

  @Get('sign-in')
  async form(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Reply> {
    const pageRequest = await this.read(request, response, 'page');
    const to = wayOn(pageRequest.query.one('to'));
    return this.signIn.isByIssuer ? this.signIn.begin(pageRequest, to) : this.page(pageRequest, to);
  }

  @Post('sign-in')
  async take(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Reply> {
    const pageRequest = await this.read(request, response, 'form');
    if (this.signIn.isByIssuer) throw new PageRefusal('not-found');
    assertSameOrigin(pageRequest);
    const { to, cookies } = this.signIn.finishForm(pageRequest);
    const key = pageRequest.form.one('api_key')?.trim() ?? '';
    // JWTs are for programs. People sign in at the issuer.
    const caller = looksLikeJwt(key) ? undefined : await this.callers.identify(key);
    if (caller) return this.signedIn(pageRequest, caller, to, cookies);
    const reply = this.page(pageRequest, to, { cookies });
    throw new Answered(reply, unauthorized('The key is not valid.'));
  }

  @Get('signed-in')
  async fromIssuer(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Reply> {
    const pageRequest = await this.read(request, response, 'page');
    const { caller, to, cookies } = await this.signIn.finish(pageRequest);
    return this.signedIn(pageRequest, caller, to, cookies);
  }

  private async read(
    request: IncomingMessage,
    response: ServerResponse,
    kind: 'page' | 'form',
  ): Promise<ConsoleRequest> {
    await this.limit.count(this.requests.addressOf(request), kind);
    return this.requests.read(request, requestIdOf(response));
  }

  private async signedIn(
    pageRequest: ConsoleRequest,
    caller: Caller,
    to: string,
    cookies: readonly string[],
  ): Promise<Reply> {
    const { id } = await this.sessions.start(caller, staffSessionIdIn(pageRequest.cookies));
    return redirectTo(to, [staffSessionCookie(id, pageRequest.secure), ...cookies]);
  }

  /** @param refused set when the submitted key was wrong and the form is shown again */
  private page(pageRequest: ConsoleRequest, to: string, refused?: { cookies: string[] }): Reply {
    const { signIn } = pageRequest.texts;
    const { state, cookies } = this.signIn.beginForm(pageRequest, to);
    const { adminApiKeyFile, production } = this.settings;
    const status = refused ? 401 : 200;
    const headers: Record<string, string> = refused ? { 'WWW-Authenticate': 'Bearer' } : {};
    const frame = {
      title: signIn.title,
      status,
      headers,
      cookies: [...cookies, ...(refused?.cookies ?? [])],
      isNarrow: true,
    };
    return this.pages.render(pageRequest, frame, [
      ...(adminApiKeyFile === undefined || production
        ? []
        : [{ is: 'note' as const, text: signIn.development(adminApiKeyFile) }]),
      {
        is: 'form',
        action: '/console/sign-in',
        token: state,
        fields: [
          {
            name: 'api_key',
            label: signIn.apiKey,
            kind: 'password',
            isRequired: true,
            isFirst: true,
            fault: refused && signIn.unknown,
          },
        ],
        submit: signIn.button,
      },
    ]);
  }
}
