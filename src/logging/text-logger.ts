import { ConsoleLogger } from '@nestjs/common';
import type { LogLevel } from '../config/setting-definitions.js';
import { isFrameworkTalk, nestLevels } from './log-levels.js';

/** Log lines for a terminal: Nest's console logger without the framework's startup messages. */
export class TextLogger extends ConsoleLogger {
  constructor(level: LogLevel) {
    super({ logLevels: nestLevels(level) });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!isFrameworkTalk(rest.at(-1))) super.log(message, ...rest);
  }
}
