import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminModule } from '../admin/admin.module.js';
import { AuthorizationModule } from '../authorization/authorization.module.js';
import { ConfigModule } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { ConsoleModule } from '../console/console.module.js';
import { ConsumerSchema } from '../consumers/consumer.schema.js';
import { connect } from '../database/connect.js';
import { dataSourceOptions } from '../database/data-source.js';
import { GatewayModule } from '../gateway/gateway.module.js';
import { HealthModule } from '../health/health.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { OAuth10Module } from '../oauth10/oauth10.module.js';
import { OpenApiModule } from '../openapi/openapi.module.js';
import { SweepingModule } from '../sweeping/sweeping.module.js';
import { UsageModule } from '../usage/usage.module.js';

/** The root module: the only file that names every module. */
@Module({})
export class AppModule {
  static for(settings: Settings, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.for(settings),
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            ...dataSourceOptions(settings, databaseUrl, [ConsumerSchema]),
            retryAttempts: 0,
          }),
          dataSourceFactory: (options) => connect(options, settings),
        }),
        OAuth10Module,
        AuthorizationModule,
        AdminModule,
        GatewayModule,
        ConsoleModule,
        HealthModule,
        MetricsModule,
        OpenApiModule,
        SweepingModule,
        UsageModule,
      ],
    };
  }
}
