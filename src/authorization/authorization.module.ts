import { Module } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DatabaseModule } from '../database/database.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { ScopesModule } from '../scopes/scopes.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AuthorizationController } from './authorization.controller.js';
import { ConsentPage } from './consent-page.js';
import { DecisionController } from './decision.controller.js';
import { PageRateLimit } from '../pages/page-rate-limit.js';
import { PagesModule } from '../pages/pages.module.js';
import { GrantsController } from './grants.controller.js';
import { LogoController } from './logo.controller.js';
import { CsrfCheck } from './csrf-check.js';
import { PageHandler } from './page-handler.js';
import { PageLanguages } from './page-languages.js';
import { PageRenderer } from './page-renderer.js';
import { PendingRequests } from './pending-requests.js';
import { Sessions } from './sessions.js';
import { DevelopmentSignInController } from './sign-in/development-sign-in.controller.js';
import { DevelopmentSignIn } from './sign-in/development-sign-in.js';
import { NoSignIn } from './sign-in/no-sign-in.js';
import { OidcIssuer } from '../pages/oidc-issuer.js';
import { OidcSignInController } from './sign-in/oidc-sign-in.controller.js';
import { OidcSignIn } from './sign-in/oidc-sign-in.js';
import { SignIn } from './sign-in/sign-in.js';
import { SignedIn } from './sign-in/signed-in.js';
import { StartedSignIns } from './sign-in/started-sign-ins.js';
import { SignOutController } from './sign-out.controller.js';
import { UnservedPageController } from './unserved-page.controller.js';
import { BrowserRequests } from './browser-request.js';
import { CallbackLinks } from './callback-links.js';

/** The sign-in that the settings allow. Only development accepts any name. */
const signIn = {
  provide: SignIn,
  inject: [Settings, PageRenderer, StartedSignIns],
  useFactory: (settings: Settings, pages: PageRenderer, started: StartedSignIns): SignIn => {
    if (settings.oidc) return new OidcSignIn(new OidcIssuer(settings.oidc), started);
    return settings.production ? new NoSignIn() : new DevelopmentSignIn(pages, started);
  },
};

/**
 * Owns the resource owner's pages and sessions. Depends on the use cases of tokens/ and the titles of scopes/. Never
 * issues a token and never reads a consumer's secret.
 */
@Module({
  imports: [DatabaseModule, GrantsModule, PagesModule, ScopesModule, TokensModule],
  controllers: [
    AuthorizationController,
    DecisionController,
    DevelopmentSignInController,
    GrantsController,
    LogoController,
    OidcSignInController,
    SignOutController,
    UnservedPageController,
  ],
  providers: [
    ConsentPage,
    CsrfCheck,
    PageHandler,
    PageLanguages,
    PageRateLimit,
    PageRenderer,
    PendingRequests,
    Sessions,
    SignedIn,
    StartedSignIns,
    BrowserRequests,
    CallbackLinks,
    signIn,
  ],
})
export class AuthorizationModule {}
