import { Logger } from '@nestjs/common';
import type { AnsweredRequest } from '../http/request-observer.js';

// Asked every few seconds by machines that remember the answers themselves.
const POLLED = new Set(['health', 'metrics']);

/**
 * One line for each answered request. It names the endpoint and no path, query or header: those
 * hold tokens, verifiers and signatures.
 */
export class RequestLog {
  private readonly logger = new Logger('Request');

  /** @param json for a collector, which wants fields; a person wants a line */
  constructor(private readonly json: boolean) {}

  write(answered: AnsweredRequest): void {
    const line = this.json ? fields(answered) : sentence(answered);
    if (answered.status >= 500) this.logger.warn(line);
    else if (POLLED.has(answered.endpoint)) this.logger.debug(line);
    else this.logger.log(line);
  }
}

const milliseconds = (seconds: number): number => Math.round(seconds * 10_000) / 10;

const fields = ({ durationSeconds, ...answered }: AnsweredRequest) => ({
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
