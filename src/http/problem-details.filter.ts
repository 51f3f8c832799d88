import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { RecordNotOurs } from '../failures/record-not-ours.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { HttpRefusal } from './http-refusal.js';
import { logUnexpectedError } from './log-unexpected-error.js';
import { Problem, sendProblem, type ProblemCode } from './problem-details.js';

const RETRY_AFTER_SECONDS = '1';
/** Retry-After of faults that an operator must fix; log and metric report them. */
const RECORD_RETRY_AFTER_SECONDS = '60';
const RECORD_REFUSES =
  'The record of staff can not be continued: nothing was changed. Tell the operator.';

const CODES: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};

/** Turns every error into RFC 9457 problem details, where replies are JSON. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  /** @param translate maps refusals of the domain to problems; returns undefined for any other error */
  constructor(private readonly translate: (error: unknown) => Problem | undefined) {}

  catch(error: unknown, host: ArgumentsHost): void | Promise<void> {
    this.answer(error, host.switchToHttp().getResponse<ServerResponse>());
  }

  /** Answers a request that failed with the error. */
  answer(error: unknown, response: ServerResponse): void {
    if (response.headersSent) return void response.destroy();
    sendProblem(response, this.problemOf(error) ?? this.unforeseen(error, response));
  }

  /** The problem for the caller; undefined for an unexpected error. */
  problemOf(error: unknown): Problem | undefined {
    if (error instanceof Problem) return error;
    const translated = this.translate(error);
    if (translated) return translated;
    if (error instanceof HttpRefusal) {
      return problemWith(error.status, error.text, error.headers);
    }
    if (error instanceof RecordNotOurs) {
      const headers = { 'Retry-After': RECORD_RETRY_AFTER_SECONDS };
      return new Problem('store_unavailable', RECORD_REFUSES, { headers });
    }
    if (isStoreUnavailable(error)) {
      const headers = { 'Retry-After': RETRY_AFTER_SECONDS };
      return new Problem('store_unavailable', 'Try again soon.', { headers });
    }
    if (error instanceof HttpException && error.getStatus() < 500) {
      return problemWith(error.getStatus(), error.message);
    }
    // Express throws this for a path whose percent-encoding is invalid.
    if (error instanceof URIError) {
      return new Problem('malformed_request', 'The path is not percent-encoded UTF-8.');
    }
    return undefined;
  }

  /** The reply does not reveal the error. The log has it, under the reply's request id. */
  private unforeseen(error: unknown, response: ServerResponse): Problem {
    logUnexpectedError(this.logger, error, response);
    return new Problem('internal_error', 'The log tells more under the requestId.');
  }
}

function problemWith(
  status: number,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): Problem {
  return new Problem(CODES[status] ?? 'malformed_request', detail, headers && { headers });
}
