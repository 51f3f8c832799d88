import { Module, type DynamicModule } from '@nestjs/common';
import { Settings } from './settings.js';

/** Owns what was set from outside, read before the modules are made. Everyone may inject it. */
@Module({})
export class ConfigModule {
  static for(settings: Settings): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Settings, useValue: settings }],
      exports: [Settings],
    };
  }
}
