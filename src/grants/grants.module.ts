import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { Metrics } from '../metrics/metrics.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { GrantsCompletion } from './grants-completion.js';
import { Grants } from './grants.js';

/**
 * Owns the proof that a row which grants something was written by this service. Depends on the keys of
 * secrets/; knows what such rows grant, and nothing of what is done with them.
 */
@Module({
  imports: [DatabaseModule, SecretsModule],
  providers: [
    GrantsCompletion,
    {
      provide: Grants,
      useFactory: (keys: DerivedKeys, metrics: Metrics) =>
        new Grants(keys, (kind) => metrics.grantRefused(kind)),
      inject: [DerivedKeys, Metrics],
    },
  ],
  exports: [Grants],
})
export class GrantsModule {}
