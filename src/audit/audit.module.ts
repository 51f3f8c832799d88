import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { SecretBox } from '../secrets/secret-box.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { AuditEvents } from './audit-events.js';
import { AuditTrail } from './audit-trail.js';
import { AuditVerifier } from './audit-verifier.js';
import { RecordProofs } from './record-proofs.js';

/**
 * Owns the record of what staff did. Depends on the database and on secrets/, which proves what it wrote, and counts
 * refusals. Does not know what is recorded.
 */
@Module({
  imports: [DatabaseModule, SecretsModule],
  providers: [
    AuditEvents,
    AuditTrail,
    AuditVerifier,
    {
      provide: RecordProofs,
      useFactory: (keys: DerivedKeys, box: SecretBox) => new RecordProofs(keys, box),
      inject: [DerivedKeys, SecretBox],
    },
  ],
  exports: [AuditEvents, AuditTrail, AuditVerifier, RecordProofs],
})
export class AuditModule {}
