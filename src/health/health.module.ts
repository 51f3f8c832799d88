import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DatabaseModule } from '../database/database.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { HttpModule } from '../http/http.module.js';
import { NoncesModule } from '../nonces/nonces.module.js';
import { DatabaseHealth } from './database-health.js';
import { HealthController } from './health.controller.js';
import { HealthGauges } from './health-gauges.js';
import { NonceStoreHealth } from './nonce-store-health.js';
import { ShutdownHealth } from './shutdown-health.js';

/**
 * Owns the probes. Depends on the data source, on the check whether SECRET_KEYS fit the database, and on the change
 * feed, the nonce store and the shutdown state. Changes nothing.
 */
@Module({
  imports: [
    TerminusModule.forRoot({ logger: false }),
    HttpModule,
    DatabaseModule,
    GrantsModule,
    NoncesModule,
  ],
  controllers: [HealthController],
  providers: [DatabaseHealth, NonceStoreHealth, ShutdownHealth, HealthGauges],
})
export class HealthModule {}
