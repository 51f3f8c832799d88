import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Level, type Logger, type LoggerOptions } from 'pino';
import type { LogLevel } from '../config/setting-definitions.js';
import { isFrameworkTalk } from './log-levels.js';

// No code logs these fields. If some code ever does, the logger removes them.
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-gateway-key',
  'consumerSecret',
  'tokenSecret',
  'oauthVerifier',
  'key',
  'body',
];
const REDACTED = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`]);

/** Log lines for a log collector: one JSON object each, by pino. */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;
  private readonly unredacted: Logger;

  /** @param stream the destination; by default the standard output, which is flushed when the process exits */
  constructor(level: LogLevel, stream: DestinationStream = standardOutput()) {
    const options: LoggerOptions = {
      level,
      base: { service: 'oauth10' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    };
    this.pino = pino({ ...options, redact: { paths: REDACTED, remove: true } }, stream);
    this.unredacted = pino(options, stream);
  }

  /** Writes known fields without secrets. Redaction would cost more than writing the line. */
  writeKnown(level: Level, fields: object): void {
    this.unredacted[level](fields);
  }

  log(message: unknown, ...rest: unknown[]): void {
    if (!isFrameworkTalk(rest.at(-1))) this.write('info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the fields, for errors perhaps a stack, and the context as the last argument. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const fields: Record<string, unknown> = { context: rest.at(-1) };
    for (const part of rest.slice(0, -1)) {
      if (typeof part === 'string') fields['stack'] = part;
      else Object.assign(fields, part);
    }
    if (message instanceof Error) this.pino[level]({ ...fields, err: message });
    else if (typeof message === 'object' && message !== null) {
      this.pino[level]({ ...fields, ...message });
    } else this.pino[level](fields, String(message));
  }
}

/** About twenty lines share one write, because a write costs as much as formatting those lines. */
const WRITTEN_OCTETS = 4096;
const WRITTEN_EVERY_MS = 200;

let destination: ReturnType<typeof pino.destination> | undefined;

/** Writes in the background, after a short delay, and writes the remaining lines when the process exits. */
function standardOutput(): DestinationStream {
  const output = pino.destination({
    dest: 1,
    sync: false,
    minLength: WRITTEN_OCTETS,
    periodicFlush: WRITTEN_EVERY_MS,
  });
  process.on('exit', () => output.flushSync());
  destination = output;
  return output;
}

/**
 * Resolves when no write to the standard output is pending. The remaining lines are written when the process
 * exits; they would come before a pending write, or replace it.
 */
export const linesWritten = (): Promise<void> =>
  new Promise((resolve) => {
    if (destination) destination.flush(() => resolve());
    else resolve();
  });
