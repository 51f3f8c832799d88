import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { Introspection } from './introspection.js';
import { PlatformTokens } from './platform-tokens.js';
import { TokenKeyRotation } from './token-key-rotation.js';
import { TokenKeyStore } from './token-key-store.js';
import { TokenKeys } from './token-keys.js';
import { WellKnownController } from './well-known.controller.js';

/**
 * Owns platform tokens: their signing keys, the published keys and metadata, the JWTs of RFC 9068, and introspection.
 * Depends on the database, grants/, secrets/ and audit/ for the keys, and on tokens/ for the status of OAuth tokens.
 * Verifies no signed request.
 */
@Module({
  imports: [AuditModule, DatabaseModule, GrantsModule, SecretsModule, TokensModule],
  controllers: [WellKnownController],
  providers: [Introspection, PlatformTokens, TokenKeyRotation, TokenKeyStore, TokenKeys],
  exports: [Introspection, PlatformTokens, TokenKeyRotation, TokenKeys],
})
export class PlatformTokensModule {}
