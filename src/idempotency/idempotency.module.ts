import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { StoredResponses } from './stored-responses.js';

/** Owns the answers kept for repeated requests. Depends on the database and on secrets/ alone. */
@Module({
  imports: [DatabaseModule, SecretsModule],
  providers: [StoredResponses],
  exports: [StoredResponses],
})
export class IdempotencyModule {}
