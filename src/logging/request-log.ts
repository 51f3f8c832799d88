import { Logger } from '@nestjs/common';
import type { AnsweredRequest } from '../http/request-observer.js';
import type { JsonLogger } from './json-logger.js';

const CONTEXT = 'Request';

// Asked every few seconds by machines that remember the answers themselves.
const POLLED = new Set(['health', 'metrics']);

/**
 * One line for each answered request. It names the route and no path, query or header: those hold
 * tokens, verifiers and signatures.
 */
export class RequestLog {
  private readonly logger = new Logger(CONTEXT);

  /** @param json takes the fields without looking for secrets in them; there are none */
  constructor(private readonly json: JsonLogger | undefined) {}

  write(answered: AnsweredRequest): void {
    const level = levelOf(answered);
    const fields = fieldsOf(answered);
    if (this.json) {
      const named = { context: CONTEXT, ...fields, msg: 'answered' };
      this.json.writeKnown(level === 'log' ? 'info' : level, named);
    } else this.logger[level]('answered', fields);
  }
}

function levelOf({ status, endpoint }: AnsweredRequest): 'warn' | 'debug' | 'log' {
  if (status >= 500) return 'warn';
  return POLLED.has(endpoint) ? 'debug' : 'log';
}

/** Named by OpenTelemetry's semantic conventions, where those have a name. */
const fieldsOf = (answered: AnsweredRequest) => ({
  'http.request.method': answered.method,
  'http.route': answered.route,
  'http.response.status_code': answered.status,
  problem: answered.problem,
  problemDetail: answered.problemDetail,
  consumerKey: answered.consumerKey,
  durationMilliseconds: Math.round(answered.durationSeconds * 10_000) / 10,
  requestId: answered.requestId,
  traceId: answered.traceId,
});
