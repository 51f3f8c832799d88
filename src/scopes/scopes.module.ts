import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ScopeDescriptions } from './scope-descriptions.js';
import { ScopeTitles } from './scope-titles.js';

/**
 * Owns what scopes mean to people. Depends on the settings, the database and the record of audit/;
 * grants nothing: which scopes there are, consumers say.
 */
@Module({
  imports: [AuditModule, DatabaseModule],
  providers: [ScopeDescriptions, ScopeTitles],
  exports: [ScopeDescriptions, ScopeTitles],
})
export class ScopesModule {}
