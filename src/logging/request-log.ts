import { Logger } from '@nestjs/common';
import type { AnsweredRequest } from '../http/request-observer.js';
import type { JsonLogger } from './json-logger.js';

const CONTEXT = 'Request';

// Machines poll these endpoints every few seconds, so their lines are logged at debug.
const POLLED = new Set(['health', 'metrics']);

/**
 * Writes one line for each answered request. It contains the route, but no path, query or header, because those
 * contain tokens, verifiers and signatures.
 */
export class RequestLog {
  private readonly logger = new Logger(CONTEXT);

  /** @param json writes the fields without redaction, because they contain no secrets */
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

/** The names are those of OpenTelemetry's semantic conventions, where they exist. */
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
