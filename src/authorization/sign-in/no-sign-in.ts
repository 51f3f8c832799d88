import { Injectable } from '@nestjs/common';
import { PageRefusal } from '../../pages/page-refusal.js';
import { SignIn } from './sign-in.js';

/** Production, and the settings name no way to sign in: then there is none. */
@Injectable()
export class NoSignIn extends SignIn {
  begin(): Promise<never> {
    return Promise.reject(new PageRefusal('no-consent-page'));
  }
}
