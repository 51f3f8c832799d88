import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ExportRecords } from './export-records.js';
import { ImportRecords } from './import-records.js';
import { StagedImports } from './staged-imports.js';

/**
 * Owns the way of consumers and access tokens in from a file and out into one. Depends on the rules
 * of consumers/ and the places where tokens/ seals secrets; knows nothing of where a file comes from.
 */
@Module({
  imports: [AuditModule, DatabaseModule, GrantsModule, SecretsModule],
  providers: [ExportRecords, ImportRecords, StagedImports],
  exports: [ExportRecords, ImportRecords],
})
export class TransferModule {}
