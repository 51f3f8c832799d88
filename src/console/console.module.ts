import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { CallersModule } from '../callers/callers.module.js';
import { ConsumersModule } from '../consumers/consumers.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { EventsModule } from '../events/events.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { OAuth10Module } from '../oauth10/oauth10.module.js';
import { PageRateLimit } from '../pages/page-rate-limit.js';
import { PagesModule } from '../pages/pages.module.js';
import { PlatformTokensModule } from '../platform-tokens/platform-tokens.module.js';
import { ScopesModule } from '../scopes/scopes.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { TransferModule } from '../transfer/transfer.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { ConsoleRenderer } from './console-renderer.js';
import { ConsoleFilter } from './console.filter.js';
import { ConsoleGuard } from './console.guard.js';
import {
  ConsumerListController,
  ConsumerRegistrationController,
} from './consumers/consumer-list.controller.js';
import { ConsumerPagesController } from './consumers/consumer-pages.controller.js';
import { EventPagesController } from './events/event-pages.controller.js';
import { HintsPageController } from './figures/hints-page.controller.js';
import { ApiKeyPagesController } from './keys/api-key-pages.controller.js';
import { ScopePagesController } from './keys/scope-pages.controller.js';
import { SigningKeyPagesController } from './keys/signing-key-pages.controller.js';
import { ConsoleAddressController, OverviewController } from './overview.controller.js';
import { AuditEventsPageController } from './record/audit-events-page.controller.js';
import { SignatureCheckController } from './signature/signature-check.controller.js';
import { StaffSignInController } from './sign-in/sign-in.controller.js';
import { StaffSignOutController } from './sign-in/sign-out.controller.js';
import { StaffSignIn } from './sign-in/staff-sign-in.js';
import { StaffSessions } from './staff-sessions.js';
import { ConsoleRequests } from './staff-request.js';
import { TokenMintingController } from './tokens/token-minting.controller.js';
import {
  TokenPagesController,
  TokenRevocationController,
} from './tokens/token-pages.controller.js';
import { ExportPageController } from './transfers/export-page.controller.js';
import { ImportPageController } from './transfers/import-page.controller.js';
import { UnservedConsoleController } from './unserved-console.controller.js';

/**
 * Owns the pages for staff and their sessions. Depends on the services that the admin API calls, and on the roles of
 * the admin API. Makes no decisions about consumers, tokens or keys.
 */
@Module({
  imports: [
    AdminModule,
    AuditModule,
    CallersModule,
    ConsumersModule,
    DatabaseModule,
    EventsModule,
    GrantsModule,
    OAuth10Module,
    PagesModule,
    PlatformTokensModule,
    ScopesModule,
    SecretsModule,
    TokensModule,
    TransferModule,
    UsageModule,
  ],
  // UnservedConsoleController matches every path, so it must be the last.
  controllers: [
    ConsoleAddressController,
    OverviewController,
    StaffSignInController,
    StaffSignOutController,
    ConsumerListController,
    ConsumerRegistrationController,
    ConsumerPagesController,
    TokenPagesController,
    TokenRevocationController,
    TokenMintingController,
    AuditEventsPageController,
    EventPagesController,
    ApiKeyPagesController,
    ScopePagesController,
    SigningKeyPagesController,
    SignatureCheckController,
    HintsPageController,
    ImportPageController,
    ExportPageController,
    UnservedConsoleController,
  ],
  providers: [
    ConsoleFilter,
    ConsoleGuard,
    ConsoleRenderer,
    ConsoleRequests,
    PageRateLimit,
    StaffSessions,
    StaffSignIn,
  ],
})
export class ConsoleModule {}
