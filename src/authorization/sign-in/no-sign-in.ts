import { Injectable } from '@nestjs/common';
import { PageRefusal } from '../../pages/page-refusal.js';
import { SignIn } from './sign-in.js';

/** For production without a configured sign-in: refuses every sign-in. */
@Injectable()
export class NoSignIn extends SignIn {
  begin(): Promise<never> {
    return Promise.reject(new PageRefusal('no-consent-page'));
  }
}
