import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Metrics } from '../metrics/metrics.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { GrantsCompletion } from './grants-completion.js';
import { Grants } from './grants.js';
import { KeysInUse } from './keys-in-use.js';
import { OurDatabase } from './our-database.js';

/**
 * Owns the proof that this service wrote a row that grants something. Depends on the keys of secrets/ and on the
 * audit trail, which proves that all rows have a MAC. It knows what such rows grant, but not how that is used.
 */
@Module({
  imports: [AuditModule, DatabaseModule, SecretsModule],
  providers: [
    GrantsCompletion,
    KeysInUse,
    OurDatabase,
    {
      provide: Grants,
      useFactory: (keys: DerivedKeys, metrics: Metrics) =>
        new Grants(keys, (kind) => metrics.grantRefused(kind)),
      inject: [DerivedKeys, Metrics],
    },
  ],
  exports: [Grants, OurDatabase],
})
export class GrantsModule {}
