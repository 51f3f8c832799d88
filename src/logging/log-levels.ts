import type { LogLevel as NestLogLevel } from '@nestjs/common';
import type { LogLevel } from '../config/setting-definitions.js';

// Nest's level "log" is commonly called info.
const IN_ORDER: readonly (readonly [Exclude<LogLevel, 'silent'>, NestLogLevel])[] = [
  ['fatal', 'fatal'],
  ['error', 'error'],
  ['warn', 'warn'],
  ['info', 'log'],
  ['debug', 'debug'],
  ['trace', 'verbose'],
];

/** Nest's levels that LOG_LEVEL enables; none for `silent`. */
export function nestLevels(level: LogLevel): NestLogLevel[] {
  const last = IN_ORDER.findIndex(([name]) => name === level);
  return IN_ORDER.slice(0, last + 1).map(([, name]) => name);
}

/** The contexts in which Nest logs each module and route at startup. */
const FRAMEWORK = new Set([
  'NestApplication',
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Whether a line is a startup message of the framework. */
export const isFrameworkTalk = (context: unknown): boolean =>
  typeof context === 'string' && FRAMEWORK.has(context);
