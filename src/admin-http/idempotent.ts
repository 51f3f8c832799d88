import {
  Injectable,
  Logger,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { errorFields } from '../failures/error-fields.js';
import { Problem } from '../http/problem-details.js';
import { singleHeader } from '../http/single-header.js';
import { StoredResponses, type KeyedRequest } from '../idempotency/stored-responses.js';
import { callerOf } from './caller-of.js';

/** The headers of a reply that are repeated with its body; the status is the operation's own. */
const KEPT_HEADERS = ['Location', 'ETag'] as const;

interface Answer {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: unknown;
}

/** Serves a request under an `Idempotency-Key` once, and repeats its answer for a day. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Idempotency');

  constructor(private readonly answers: StoredResponses) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = keyedRequest(http.getRequest<IncomingMessage & { body?: unknown }>());
    if (!request) return next.handle();
    const response = http.getResponse<ServerResponse>();
    const known = await this.answers.begin(request);
    switch (known.as) {
      case 'new':
        return of(await this.serve(request, response, next));
      case 'answered': {
        const { headers, body } = JSON.parse(known.answer) as Answer;
        for (const [name, value] of headers) response.setHeader(name, value);
        return of(body);
      }
      case 'in_flight':
        throw new Problem('request_in_flight', 'The first request of this key is being served.', {
          headers: { 'Retry-After': '1' },
        });
      case 'another':
        throw new Problem('idempotency_key_reused', 'The key came with another request before.');
      default:
        return known satisfies never;
    }
  }

  private async serve(
    request: KeyedRequest,
    response: ServerResponse,
    next: CallHandler,
  ): Promise<unknown> {
    let body: unknown;
    try {
      body = await lastValueFrom(next.handle());
    } catch (error) {
      await this.answers.forget(request).catch((trouble) => this.logFailure(trouble));
      throw error;
    }
    const headers = KEPT_HEADERS.flatMap((name) => {
      const value = response.getHeader(name);
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    // What was made is made, and its secret is shown now or never: no trouble here may hide it.
    const answer: Answer = { headers, body };
    await this.answers
      .keep(request, JSON.stringify(answer))
      .catch((trouble) => this.logFailure(trouble));
    return body;
  }

  private logFailure(trouble: unknown): void {
    this.logger.warn('Storing the response for an Idempotency-Key failed', errorFields(trouble));
  }
}

/** An operation that works once: with an `Idempotency-Key` a repeated request gets its answer again. */
export const Idempotent = (): MethodDecorator => UseInterceptors(IdempotencyInterceptor);

function keyedRequest(request: IncomingMessage & { body?: unknown }): KeyedRequest | undefined {
  const key = singleHeader(request, 'idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem(
      'malformed_request',
      'Idempotency-Key must have 1 to 255 printable ASCII characters without blanks.',
    );
  }
  const content = JSON.stringify([request.method, request.url, request.body]);
  return { caller: callerOf(request)?.name ?? '', key, content };
}
