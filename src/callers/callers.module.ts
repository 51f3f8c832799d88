import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { ApiKeys } from './api-keys.js';
import { Callers } from './callers.js';
import { StaffTokens } from './staff-tokens.js';

/**
 * Owns who may call the admin listener, and as what. Depends on the database, the record of audit/
 * and the platform's issuer; decides nothing about a single operation.
 */
@Module({
  imports: [AuditModule, DatabaseModule, GrantsModule],
  providers: [ApiKeys, Callers, StaffTokens],
  exports: [ApiKeys, Callers],
})
export class CallersModule {}
