import { Injectable } from '@nestjs/common';
import { FormTokens, type FormPurpose } from '../pages/form-tokens.js';
import { assertOwnOrigin } from '../pages/own-origin.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { Sessions, type Session } from './sessions.js';
import type { BrowserRequest } from './browser-request.js';

/** Tells forms that this service made for the owner from all others (RFC 5849 section 4.13). */
@Injectable()
export class OwnForms {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
  ) {}

  /**
   * The session of who posted the form, which was made for this very person; undefined when nobody
   * is signed in any more.
   *
   * @param retryAt where the owner gets a form of their own
   * @throws PageRefusal no-cookie, forged
   */
  async sessionOf(
    visit: BrowserRequest,
    form: Omit<FormPurpose, 'subject'>,
    retryAt: string,
  ): Promise<Session | undefined> {
    assertOwnOrigin(visit);
    if (visit.sessionId === undefined) throw new PageRefusal('no-cookie', { retryAt });
    const session = await this.sessions.find(visit.sessionId);
    if (!session) return undefined;
    if (!this.tokens.verify(visit.form.one('form_token'), { ...form, subject: session.subject })) {
      throw new PageRefusal('forged', { retryAt });
    }
    return session;
  }
}
