import { Global, Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { DatabasePoolGauge } from './database-pool-gauge.js';
import { Metrics } from './metrics.js';

/** Owns the metrics and their endpoint. Other modules call it to count; it depends on no other module. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [Metrics, DatabasePoolGauge],
  exports: [Metrics],
})
export class MetricsModule {}
