import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ExportRecords } from './export-records.js';
import { ImportRecords } from './import-records.js';
import { StagedImports } from './staged-imports.js';

/**
 * Owns the import and export of consumers and access tokens. Depends on the rules of consumers/ and the places for
 * which tokens/ seals secrets; does not know where a file comes from.
 */
@Module({
  imports: [AuditModule, DatabaseModule, GrantsModule, SecretsModule],
  providers: [ExportRecords, ImportRecords, StagedImports],
  exports: [ExportRecords, ImportRecords],
})
export class TransferModule {}
