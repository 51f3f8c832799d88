import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CallersModule } from '../callers/callers.module.js';
import { ConsumersModule } from '../consumers/consumers.module.js';
import { EventsModule } from '../events/events.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { PlatformTokensModule } from '../platform-tokens/platform-tokens.module.js';
import { ScopesModule } from '../scopes/scopes.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { TransferModule } from '../transfer/transfer.module.js';
import { AdminGuard } from '../admin-http/admin.guard.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AuditEventsController } from './audit-events/audit-events.controller.js';
import { AuthorizationRequestsController } from './authorization-requests/authorization-requests.controller.js';
import { ConsumerSecretsController } from './consumers/consumer-secrets.controller.js';
import { ConsumerTokensController } from './tokens/consumer-tokens.controller.js';
import { ConsumersController } from './consumers/consumers.controller.js';
import { EventsController } from './events/events.controller.js';
import { RefusedCalls } from '../admin-http/refused-calls.js';
import { ScopesController } from './scopes/scopes.controller.js';
import { StatedRoles } from '../admin-http/stated-roles.js';
import { SigningKeysController } from './signing-keys/signing-keys.controller.js';
import { TokensController } from './tokens/tokens.controller.js';
import { ExportDownload } from './transfers/export-download.js';
import { TransfersController } from './transfers/transfers.controller.js';
import { UnservedController } from './unserved.controller.js';
import {
  ConsumerWeakSignaturesController,
  WeakSignaturesReportController,
} from './weak-signatures/weak-signatures.controller.js';

/**
 * The REST API for staff. It depends on callers/ for authentication, on the services of consumers/ and scopes/
 * and on the use cases of tokens/. It never uses the database directly, nor sees a signed request.
 */
@Module({
  imports: [
    AuditModule,
    CallersModule,
    ConsumersModule,
    EventsModule,
    IdempotencyModule,
    PlatformTokensModule,
    ScopesModule,
    TokensModule,
    TransferModule,
  ],
  // UnservedController comes last: it takes all remaining paths.
  controllers: [
    ConsumersController,
    ConsumerSecretsController,
    ConsumerTokensController,
    TokensController,
    ConsumerWeakSignaturesController,
    WeakSignaturesReportController,
    ScopesController,
    AuthorizationRequestsController,
    ApiKeysController,
    SigningKeysController,
    AuditEventsController,
    EventsController,
    TransfersController,
    UnservedController,
  ],
  providers: [AdminGuard, ExportDownload, StatedRoles, RefusedCalls],
  exports: [CallersModule, ExportDownload, RefusedCalls],
})
export class AdminModule {}
