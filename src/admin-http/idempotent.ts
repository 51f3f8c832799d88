import {
  createParamDecorator,
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
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { Problem } from '../http/problem-details.js';
import { RequestProperty } from '../http/request-property.js';
import { singleHeader } from '../http/single-header.js';
import { KeyLost, type AnswerOf } from '../idempotency/kept-answers.js';
import { StoredResponses, type KeyedRequest } from '../idempotency/stored-responses.js';
import { callerOf } from './caller-of.js';

/** The headers of a reply that are stored and repeated with its body. The operation always has the same status. */
const KEPT_HEADERS = ['Location', 'ETag'] as const;

interface Answer {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: unknown;
}

/**
 * Stores the reply of an operation in the transaction of its change.
 *
 * @param reply makes the body from the change's result, and sets the headers; called within the transaction
 */
export type Keeping = <Result>(reply: (result: Result) => unknown) => AnswerOf<Result>;

const keepings = new RequestProperty<IncomingMessage, Keeping>('keeping');

/** The `Keeping` of the request, for the handler of an operation that is `Idempotent`. */
export const Keeps = createParamDecorator((_: unknown, context: ExecutionContext): Keeping => {
  const request = context.switchToHttp().getRequest<IncomingMessage>();
  return keepings.get(request) ?? (() => undefined);
});

/** Executes a request with an `Idempotency-Key` once, and repeats its reply for a day. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Idempotency');

  constructor(private readonly answers: StoredResponses) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const incoming = http.getRequest<IncomingMessage & { body?: unknown }>();
    const request = keyedRequest(incoming);
    if (!request) return next.handle();
    const response = http.getResponse<ServerResponse>();
    if (!(await this.answers.begin(request))) return of(await this.repeat(request, response));
    let isKept = false;
    keepings.set(incoming, (reply) => (result) => {
      isKept = true;
      const body = reply(result);
      const answer: Answer = { headers: keptHeaders(response), body };
      return this.answers.seal(request, JSON.stringify(answer));
    });
    let body: unknown;
    try {
      body = await lastValueFrom(next.handle());
    } catch (error) {
      if (await this.isOver(request, error)) throw error;
      return of(await this.repeat(request, response));
    }
    if (!isKept) throw new Error('An operation under an Idempotency-Key kept no answer');
    return of(body);
  }

  /** @throws Problem when no reply to this request is stored */
  private async repeat(request: KeyedRequest, response: ServerResponse): Promise<unknown> {
    const known = await this.answers.find(request);
    switch (known.as) {
      case 'answered': {
        const { headers, body } = JSON.parse(known.answer) as Answer;
        for (const [name, value] of headers) response.setHeader(name, value);
        return body;
      }
      case 'in_flight':
        throw new Problem('request_in_flight', 'Another try under this key is being served.', {
          headers: { 'Retry-After': '1' },
        });
      case 'another':
        throw new Problem('idempotency_key_reused', 'The key came with another request before.');
      default:
        return known satisfies never;
    }
  }

  /**
   * Releases the key after an error.
   *
   * @returns false if another request holds the key and may have the reply
   */
  private async isOver(request: KeyedRequest, error: unknown): Promise<boolean> {
    if (error instanceof KeyLost) return false;
    const isForgotten = this.answers.forget(request).catch((trouble: unknown) => {
      this.logger.warn('Releasing an Idempotency-Key failed', errorFields(trouble));
      return true;
    });
    // If the store is unavailable, the caller does not wait for the release. Until the key is released, a retry
    // gets `request_in_flight`. If the change was committed after all, a retry gets its reply.
    return isStoreUnavailable(error) || isForgotten;
  }
}

/** An operation that is executed once: a request repeated with its `Idempotency-Key` gets the same reply. */
export const Idempotent = (): MethodDecorator => UseInterceptors(IdempotencyInterceptor);

const keptHeaders = (response: ServerResponse): Answer['headers'] =>
  KEPT_HEADERS.flatMap((name) => {
    const value = response.getHeader(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });

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
