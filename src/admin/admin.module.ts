import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express, NextFunction, Request, Response } from 'express';
import { AuditModule } from '../audit/audit.module.js';
import { CallersModule } from '../callers/callers.module.js';
import { ConsumersModule } from '../consumers/consumers.module.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { RepeatsModule } from '../repeats/repeats.module.js';
import { ScopesModule } from '../scopes/scopes.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { TransferModule } from '../transfer/transfer.module.js';
import { AdminGuard } from './admin.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { AuditEventsController } from './audit-events.controller.js';
import { AuthorizationRequestsController } from './authorization-requests.controller.js';
import { ConsumerSecretsController } from './consumer-secrets.controller.js';
import { ConsumerTokensController } from './consumer-tokens.controller.js';
import { ConsumersController } from './consumers.controller.js';
import { problemOf } from './problem-of.js';
import { RefusedCalls } from './refused-calls.js';
import { ScopesController } from './scopes.controller.js';
import { StatedRoles } from './stated-roles.js';
import { TokensController } from './tokens.controller.js';
import { TransfersController } from './transfers.controller.js';
import { UnservedController } from './unserved.controller.js';
import {
  ConsumerWeakSignaturesController,
  WeakSignaturesReportController,
} from './weak-signatures.controller.js';

/**
 * The REST face for staff. Depends on callers/ for who calls, on the services of consumers/
 * and scopes/ and the use cases of tokens/; never touches the database itself, nor any signed request.
 */
@Module({
  imports: [
    AuditModule,
    CallersModule,
    ConsumersModule,
    RepeatsModule,
    ScopesModule,
    TokensModule,
    TransferModule,
  ],
  // The last one takes what the others left.
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
    AuditEventsController,
    TransfersController,
    UnservedController,
  ],
  providers: [AdminGuard, StatedRoles, RefusedCalls],
  exports: [CallersModule, RefusedCalls],
})
export class AdminModule implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  /**
   * A path that can't be percent-decoded fails in Express's router, where no controller's filter
   * reaches. Nest calls this with all routes in place, so the handler stands behind them.
   */
  onModuleInit(): void {
    const filter = new ProblemDetailsFilter(problemOf);
    this.host.httpAdapter
      .getInstance<Express>()
      .use('/admin', (error: unknown, _: Request, response: Response, __: NextFunction) =>
        filter.answer(error, response),
      );
  }
}
