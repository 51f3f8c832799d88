import { Injectable } from '@nestjs/common';
import { newBrowserId } from '../../secrets/random-values.js';
import type { AuthorizationRequest } from '../../tokens/authorization-request-reader.js';
import { assertSameOrigin } from '../../pages/csrf-origin.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import { PageRenderer } from '../page-renderer.js';
import type { Reply } from '../../pages/reply.js';
import type { BrowserRequest } from '../browser-request.js';
import { SignIn } from './sign-in.js';
import { pageAfterSignIn } from './signed-in.js';
import { StartedSignIns, type StartedSignIn } from './started-sign-ins.js';

/** A sign-in whose form was posted. */
type EndedSignIn = StartedSignIn & {
  /** Set-Cookie values that end it. */
  readonly cookies: readonly string[];
};

/** Accepts any name, and says so on the page. Never used in production (authorization.module.ts). */
@Injectable()
export class DevelopmentSignIn extends SignIn {
  constructor(
    private readonly pages: PageRenderer,
    private readonly started: StartedSignIns,
  ) {
    super();
  }

  begin(pageRequest: BrowserRequest, request: AuthorizationRequest | undefined): Promise<Reply> {
    return Promise.resolve(this.form(pageRequest, request));
  }

  /** The form. `ended`: the posted name cannot be a subject, so the form is shown again. */
  form(
    pageRequest: BrowserRequest,
    request: AuthorizationRequest | undefined,
    ended?: EndedSignIn,
  ): Reply {
    const invalid = ended !== undefined;
    const state = newBrowserId();
    const oauthToken = request?.oauthToken ?? null;
    const frame = {
      title: pageRequest.texts.signIn.title,
      status: invalid ? 400 : 200,
      cookies: [
        ...this.started.remember(pageRequest, state, { oauthToken, detail: null }),
        ...(ended?.cookies ?? []),
      ],
    };
    return this.pages.render('signIn', pageRequest.texts, frame, {
      invalid,
      oauthToken: request?.oauthToken,
      consumerName: request?.consumer.name,
      formToken: state,
    });
  }

  /**
   * The sign-in that the posted form belongs to, with the Set-Cookie values that end it.
   *
   * @throws PageRefusal no-cookie, forged: the form was made for another browser, or not made here
   */
  finish(pageRequest: BrowserRequest): EndedSignIn {
    assertSameOrigin(pageRequest);
    const retryAt = pageAfterSignIn(pageRequest.form.one('oauth_token'));
    const state = pageRequest.form.one('form_token') ?? '';
    const begun = this.started.find(pageRequest, state);
    if (!begun)
      throw new PageRefusal(pageRequest.cookies.size > 0 ? 'forged' : 'no-cookie', { retryAt });
    return { ...begun, cookies: [this.started.forget(pageRequest, state)] };
  }
}
