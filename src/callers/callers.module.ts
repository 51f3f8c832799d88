import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { ApiKeys } from './api-keys.js';
import { Callers } from './callers.js';
import { StaffTokens } from './staff-tokens.js';

/**
 * Owns the callers of the admin listener and their roles. It depends on the database, the audit trail of audit/
 * and the platform's issuer. It does not decide about single operations.
 */
@Module({
  imports: [AuditModule, DatabaseModule, GrantsModule],
  providers: [ApiKeys, Callers, StaffTokens],
  exports: [ApiKeys, Callers],
})
export class CallersModule {}
