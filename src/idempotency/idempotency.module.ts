import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { StoredResponses } from './stored-responses.js';

/** Owns the stored responses to repeated requests. Depends only on the database and on secrets/. */
@Module({
  imports: [DatabaseModule, SecretsModule],
  providers: [StoredResponses],
  exports: [StoredResponses],
})
export class IdempotencyModule {}
