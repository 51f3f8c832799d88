import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { AuditEvents } from './audit-events.js';
import { AuditTrail } from './audit-trail.js';
import { AuditVerifier } from './audit-verifier.js';

/**
 * Owns the record of what staff did. Depends on the database, and on secrets/ to seal where the
 * record ends; knows nothing of what is recorded.
 */
@Module({
  imports: [DatabaseModule, SecretsModule],
  providers: [AuditEvents, AuditTrail, AuditVerifier],
  exports: [AuditEvents, AuditTrail, AuditVerifier],
})
export class AuditModule {}
