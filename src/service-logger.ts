import { ConsoleLogger, type LogLevel as NestLogLevel } from '@nestjs/common';
import type { LogLevel } from './config/environment.js';

// Nest's "log" is what others call info.
const IN_ORDER: readonly (readonly [LogLevel, NestLogLevel])[] = [
  ['fatal', 'fatal'],
  ['error', 'error'],
  ['warn', 'warn'],
  ['info', 'log'],
  ['debug', 'debug'],
  ['trace', 'verbose'],
];

/** Where the framework announces each module and route at every start. */
const FRAMEWORK = new Set([
  'NestApplication',
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Nest's console logger at the level of LOG_LEVEL, without the framework's own talk. */
export class ServiceLogger extends ConsoleLogger {
  constructor(level: LogLevel, json: boolean) {
    const last = IN_ORDER.findIndex(([name]) => name === level);
    super({ json, logLevels: IN_ORDER.slice(0, last + 1).map(([, name]) => name) });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && FRAMEWORK.has(context)) return;
    super.log(message, ...rest);
  }
}
