import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import { ScopeTitles, type ScopeTitle } from '../scopes/scope-titles.js';
import { Connections, type Connection } from '../tokens/connections.js';
import { CsrfTokens } from '../pages/csrf-tokens.js';
import { ownerActor } from './owner-actor.js';
import { CsrfCheck } from './csrf-check.js';
import { PageHandler } from './page-handler.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { PageRenderer } from './page-renderer.js';
import { redirectTo, type Reply } from '../pages/reply.js';
import { Sessions, type Session } from './sessions.js';
import { SignIn } from './sign-in/sign-in.js';
import { pageAfterSignIn } from './sign-in/signed-in.js';
import type { Texts } from './texts/english.js';
import type { BrowserRequest } from './browser-request.js';

/** "Your connections": the owner sees and revokes connections. */
@Controller('oauth/auz/grants')
@Endpoint({ listener: 'public', label: 'pages', guard: 'none' })
export class GrantsController {
  constructor(
    private readonly pageHandler: PageHandler,
    private readonly sessions: Sessions,
    private readonly signIn: SignIn,
    private readonly forms: CsrfCheck,
    private readonly formTokens: CsrfTokens,
    private readonly connections: Connections,
    private readonly scopeTitles: ScopeTitles,
    private readonly pages: PageRenderer,
  ) {}

  @All()
  list(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['GET'], async (pageRequest) => {
      const session = await this.sessions.find(pageRequest.sessionId);
      if (!session) return this.signIn.begin(pageRequest, undefined);
      return this.show(session, pageRequest);
    });
  }

  @All('revoke')
  revoke(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['POST'], async (pageRequest) => {
      const retryAt = pageAfterSignIn(undefined);
      const form = { purpose: 'revoke', about: '' } as const;
      const session = await this.forms.sessionOf(pageRequest, form, retryAt);
      if (!session) throw new PageRefusal('signed-out', { retryAt });
      // A connection that is already revoked is no error: the next page shows the remaining ones.
      const reference = pageRequest.form.one('reference') ?? '';
      await this.connections.revoke(session.subject, reference, ownerActor(session, pageRequest));
      return redirectTo('/oauth/auz/grants?revoked=1');
    });
  }

  private async show(session: Session, { query, texts }: BrowserRequest): Promise<Reply> {
    const after = query.one('after');
    const { connections, hasMore } = await this.connections.of(session.subject, after);
    const granted = new Set(connections.flatMap(({ scopes }) => scopes));
    const titles = new Map(
      (await this.scopeTitles.of([...granted])).map((scope) => [scope.name, scope]),
    );
    const frame = { title: texts.connections.title, session };
    return this.pages.render('connections', texts, frame, {
      revoked: query.one('revoked') !== undefined,
      older: hasMore ? `/oauth/auz/grants?after=${connections.at(-1)?.reference}` : undefined,
      connections: connections.map((connection) =>
        this.shown(connection, titles, texts.connections),
      ),
      formToken: this.formTokens.make({
        purpose: 'revoke',
        subject: session.subject,
        about: '',
      }),
    });
  }

  private shown(
    { reference, consumer, scopes, since, expiresAt, lastUsedOn }: Connection,
    titles: ReadonlyMap<string, ScopeTitle>,
    texts: Texts['connections'],
  ) {
    return {
      reference,
      consumer,
      scopes:
        scopes.length > 0
          ? scopes.map((scope) => titles.get(scope)?.title ?? scope)
          : [texts.noScopes],
      since: texts.day(since),
      until: expiresAt === null ? texts.untilRevoked : texts.day(expiresAt),
      lastUsed: lastUsedOn === null ? texts.neverUsed : texts.day(new Date(lastUsedOn)),
    };
  }
}
