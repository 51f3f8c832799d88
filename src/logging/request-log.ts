import { Logger } from '@nestjs/common';
import type { AnsweredRequest } from '../http/request-observer.js';
import type { JsonLogger } from './json-logger.js';

const CONTEXT = 'Request';

// Asked every few seconds by machines that remember the answers themselves.
const POLLED = new Set(['health', 'metrics']);

/**
 * One line for each answered request. It names the endpoint and no path, query or header: those
 * hold tokens, verifiers and signatures.
 */
export class RequestLog {
  private readonly logger = new Logger(CONTEXT);

  /** @param json takes fields, for a collector; without it a person gets a sentence */
  constructor(private readonly json: JsonLogger | undefined) {}

  write(answered: AnsweredRequest): void {
    const level = levelOf(answered);
    if (this.json) this.json.writeKnown(level === 'log' ? 'info' : level, fields(answered));
    else this.logger[level](sentence(answered));
  }
}

function levelOf({ status, endpoint }: AnsweredRequest): 'warn' | 'debug' | 'log' {
  if (status >= 500) return 'warn';
  return POLLED.has(endpoint) ? 'debug' : 'log';
}

const milliseconds = (seconds: number): number => Math.round(seconds * 10_000) / 10;

const fields = ({ durationSeconds, ...answered }: AnsweredRequest) => ({
  context: CONTEXT,
  ...answered,
  durationMilliseconds: milliseconds(durationSeconds),
  msg: 'answered',
});

const sentence = ({ method, endpoint, status, problem, durationSeconds }: AnsweredRequest) =>
  [
    `${method} ${endpoint}: ${status === 0 ? 'left before the answer' : status}`,
    problem,
    `in ${milliseconds(durationSeconds)} ms`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
