import { Injectable } from '@nestjs/common';
import { CsrfTokens, type FormPurpose } from '../pages/csrf-tokens.js';
import { assertSameOrigin } from '../pages/csrf-origin.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { Sessions, type Session } from './sessions.js';
import type { BrowserRequest } from './browser-request.js';

/** Accepts only forms that this service made for the signed-in owner (CSRF, RFC 5849 section 4.13). */
@Injectable()
export class CsrfCheck {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: CsrfTokens,
  ) {}

  /**
   * The session of the owner who posted the form. The form must have been made for this owner. Undefined if the
   * session has ended.
   *
   * @param retryAt the page with a new form for the owner
   * @throws PageRefusal no-cookie, forged
   */
  async sessionOf(
    pageRequest: BrowserRequest,
    form: Omit<FormPurpose, 'subject'>,
    retryAt: string,
  ): Promise<Session | undefined> {
    assertSameOrigin(pageRequest);
    if (pageRequest.sessionId === undefined) throw new PageRefusal('no-cookie', { retryAt });
    const session = await this.sessions.find(pageRequest.sessionId);
    if (!session) return undefined;
    if (
      !this.tokens.verify(pageRequest.form.one('form_token'), { ...form, subject: session.subject })
    ) {
      throw new PageRefusal('forged', { retryAt });
    }
    return session;
  }
}
