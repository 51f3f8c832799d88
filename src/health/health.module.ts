import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HttpModule } from '../http/http.module.js';
import { DatabaseHealth } from './database-health.js';
import { HealthController } from './health.controller.js';
import { ShutdownHealth } from './shutdown-health.js';

/** Owns the probes. Depends on the data source and the shutdown state; changes nothing. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), HttpModule],
  controllers: [HealthController],
  providers: [DatabaseHealth, ShutdownHealth],
})
export class HealthModule {}
