import { Catch, Injectable, Logger, type ArgumentsHost } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorFields } from '../failures/error-fields.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { PROBLEMS } from '../http/problem-details.js';
import { rateLimitKey } from '../http/rate-limit-key.js';
import { splitTarget } from '../protocol/base-string-uri.js';
import { actorBy, callerOf } from './caller-of.js';
import { problemOf } from './problem-of.js';
import { RefusedCalls, type RefusedCall } from './refused-calls.js';

const LONGEST_TARGET = 500;
/** A refused GET or HEAD of an authorized caller is not recorded, because it changes nothing. */
const ONLY_LOOKS = new Set(['GET', 'HEAD']);

/** Handles all refusals of the admin API: records them, then sends them. */
@Catch()
@Injectable()
export class AdminProblemFilter extends ProblemDetailsFilter {
  private readonly log = new Logger('Problem');

  constructor(private readonly refusedCalls: RefusedCalls) {
    super(problemOf);
  }

  /** Never rejects: Nest does not await filters, so a rejection would end the process. */
  override async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const response = http.getResponse<ServerResponse>();
    try {
      const problem = this.problemOf(error);
      const request = http.getRequest<IncomingMessage>();
      if (problem) {
        const [status] = PROBLEMS[problem.code];
        await recordRefusal(this.refusedCalls, request, response, { status, code: problem.code });
      }
      this.answer(error, response);
    } catch (failure) {
      this.log.error('Sending an error response failed', errorFields(failure));
      response.destroy();
    }
  }
}

/**
 * Writes a refusal to the audit trail if it belongs there: a caller without access, or a change refused with
 * any status below 500 (docs/adr/0015).
 */
export async function recordRefusal(
  refusedCalls: RefusedCalls,
  request: IncomingMessage,
  response: ServerResponse,
  { status, code }: { readonly status: number; readonly code: string },
): Promise<void> {
  if (status >= 500) return;
  if (status !== 401 && status !== 403 && ONLY_LOOKS.has(request.method ?? '')) return;
  await refusedCalls.record(refusedCall(request, response, status, code));
}

/**
 * The audit entry of a refusal. Unauthenticated callers can invent paths, so the path does not distinguish
 * their refusals: all with one address and code count as one kind.
 */
function refusedCall(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
): RefusedCall {
  const { path } = splitTarget(request.url ?? '');
  const target = `${request.method} ${path}`.slice(0, LONGEST_TARGET);
  const caller = callerOf(request);
  const name = caller?.name ?? `address:${rateLimitKey(request.socket.remoteAddress)}`;
  const kind = JSON.stringify(caller ? [name, code, target] : [name, code]);
  const actor = actorBy(name, request, response);
  return { actor, target, status, code, kind };
}
