import type { LogLevel as NestLogLevel } from '@nestjs/common';
import type { LogLevel } from '../config/setting-definitions.js';

// Nest's "log" is what others call info.
const IN_ORDER: readonly (readonly [Exclude<LogLevel, 'silent'>, NestLogLevel])[] = [
  ['fatal', 'fatal'],
  ['error', 'error'],
  ['warn', 'warn'],
  ['info', 'log'],
  ['debug', 'debug'],
  ['trace', 'verbose'],
];

/** Nest's levels that LOG_LEVEL lets through; none for `silent`. */
export function nestLevels(level: LogLevel): NestLogLevel[] {
  const last = IN_ORDER.findIndex(([name]) => name === level);
  return IN_ORDER.slice(0, last + 1).map(([, name]) => name);
}

/** Where the framework announces each module and route at every start. */
const FRAMEWORK = new Set([
  'NestApplication',
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Whether the framework is talking about itself. */
export const isFrameworkTalk = (context: unknown): boolean =>
  typeof context === 'string' && FRAMEWORK.has(context);
