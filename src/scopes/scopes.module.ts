import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ScopeDescriptions } from './scope-descriptions.js';
import { ScopeTitles } from './scope-titles.js';

/**
 * Owns the titles and descriptions of scopes. Depends on the settings, the database and the audit trail of audit/.
 * Grants nothing: the consumers' registrations decide which scopes exist.
 */
@Module({
  imports: [AuditModule, DatabaseModule],
  providers: [ScopeDescriptions, ScopeTitles],
  exports: [ScopeDescriptions, ScopeTitles],
})
export class ScopesModule {}
