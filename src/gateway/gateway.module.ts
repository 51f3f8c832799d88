import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { NoncesModule } from '../nonces/nonces.module.js';
import { OAuth10Module } from '../oauth10/oauth10.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AuthzController } from './authz.controller.js';
import { GatewayVerdicts } from './gateway-verdicts.js';
import { VerifyController } from './verify.controller.js';

/** Verdicts for gateways. Depends on the verifier of oauth10/, nonces/ and the keys of admin/. */
@Module({
  imports: [AdminModule, NoncesModule, OAuth10Module, TokensModule],
  controllers: [VerifyController, AuthzController],
  providers: [GatewayVerdicts],
})
export class GatewayModule {}
