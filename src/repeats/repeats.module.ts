import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { KeptAnswers } from './kept-answers.js';

/** Owns the answers kept for repeated requests. Depends on the database and on secrets/ alone. */
@Module({
  imports: [DatabaseModule, SecretsModule],
  providers: [KeptAnswers],
  exports: [KeptAnswers],
})
export class RepeatsModule {}
