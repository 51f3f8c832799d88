import { Injectable } from '@nestjs/common';
import { newBrowserId } from '../../secrets/random-values.js';
import type { AuthorizationRequest } from '../../tokens/authorization-requests.js';
import { browserCookie } from '../browser-cookie.js';
import { formToken } from '../form-token.js';
import { PageRenderer } from '../page-renderer.js';
import type { Reply } from '../reply.js';
import type { BrowserRequest } from '../browser-request.js';
import { SignIn } from './sign-in.js';

/** Takes any name, and says so. Production never gets it (authorization.module.ts). */
@Injectable()
export class DevelopmentSignIn extends SignIn {
  constructor(private readonly pages: PageRenderer) {
    super();
  }

  begin(visit: BrowserRequest, request: AuthorizationRequest | undefined): Promise<Reply> {
    return Promise.resolve(this.form(visit, request));
  }

  /** The form; `invalid` when a name was sent that can't be a subject. */
  form(visit: BrowserRequest, request: AuthorizationRequest | undefined, invalid = false): Reply {
    const browserId = visit.browserId ?? newBrowserId();
    const oauthToken = request?.oauthToken;
    const frame = {
      title: this.pages.texts.signIn.title,
      status: invalid ? 400 : 200,
      cookies: visit.browserId === undefined ? [browserCookie(browserId, visit.secure)] : [],
    };
    return this.pages.render('signIn', frame, {
      invalid,
      oauthToken,
      consumerName: request?.consumer.name,
      formToken: formToken(browserId, 'sign-in', oauthToken ?? ''),
    });
  }
}
