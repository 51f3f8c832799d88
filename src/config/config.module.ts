import { Module, type DynamicModule } from '@nestjs/common';
import { Settings } from './settings.js';

/** Owns the settings, which are read before Nest creates the modules. Every module may inject them. */
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
