import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { OAuth10Module } from '../oauth10/oauth10.module.js';
import { PlatformTokensModule } from '../platform-tokens/platform-tokens.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AuthzController } from './authz.controller.js';
import { GatewayVerdicts } from './gateway-verdicts.js';
import { IntrospectController } from './introspect.controller.js';
import { SignatureChecksController } from './signature-checks.controller.js';
import { VerifyController } from './verify.controller.js';

/** Verdicts for gateways. Depends on the verifier of oauth10/ and the keys of admin/. */
@Module({
  imports: [AdminModule, OAuth10Module, PlatformTokensModule, TokensModule],
  controllers: [VerifyController, AuthzController, IntrospectController, SignatureChecksController],
  providers: [GatewayVerdicts],
})
export class GatewayModule {}
