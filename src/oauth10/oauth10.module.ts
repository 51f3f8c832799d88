import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { NoncesModule } from '../nonces/nonces.module.js';
import { PlatformTokensModule } from '../platform-tokens/platform-tokens.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { IncomingRequests } from './incoming-request.js';
import { OAuthProblemFilter } from './oauth-problem.filter.js';
import { OAuth10Controller } from './oauth10.controller.js';
import { PlatformTokenController } from './platform-token.controller.js';
import { RequestVerifier } from './request-verifier.js';
import { SignatureExplanation } from './signature-explanation.js';
import { SignatureInspection } from './signature-inspection.js';
import { ResourceController } from './resource.controller.js';
import { SignedRequestGuard } from './signed-request.guard.js';
import { SpentNonces } from './spent-nonces.js';
import { VerificationKeyRing } from './verification-keys.js';

/**
 * Owns the verdict on signed requests, and the endpoints under /oauth/oauth10. Depends on tokens/,
 * nonces/ and secrets/; holds no state and no SQL.
 */
@Module({
  imports: [
    DatabaseModule,
    LimitsModule,
    NoncesModule,
    PlatformTokensModule,
    SecretsModule,
    TokensModule,
  ],
  controllers: [OAuth10Controller, PlatformTokenController, ResourceController],
  providers: [
    IncomingRequests,
    OAuthProblemFilter,
    RequestVerifier,
    SignatureExplanation,
    SignatureInspection,
    SignedRequestGuard,
    SpentNonces,
    VerificationKeyRing,
  ],
  exports: [SignatureInspection, RequestVerifier, SpentNonces],
})
export class OAuth10Module {}
