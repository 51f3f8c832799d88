import { Global, Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { DatabasePoolGauge } from './database-pool-gauge.js';
import { Metrics } from './metrics.js';

/** Owns the counters and their page. Depends on no room's doings; whoever has something to count comes here. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [Metrics, DatabasePoolGauge],
  exports: [Metrics],
})
export class MetricsModule {}
