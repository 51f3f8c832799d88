import {
  Injectable,
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import type { Observable } from 'rxjs';
import { InvalidInput } from '../input/input-fault.js';
import { strictInput } from '../input/strict-input.js';
import { queryParameters } from './query-parameters.js';

const TAKES_QUERY = 'takes-query';

type QueryClass = new () => object;

/** States the class with the rules for an operation's query. Without it, the operation takes no query. */
export const TakesQuery = (type: QueryClass): MethodDecorator => SetMetadata(TAKES_QUERY, type);

class NoQuery {}

/** Validates the query and replaces `request.query` with the result, so that @Query() gives a valid one. */
@Injectable()
export class StrictQueryInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const type = this.reflector.get<QueryClass | undefined>(TAKES_QUERY, context.getHandler());
    const query = validQuery(type ?? NoQuery, queryParameters(request.url ?? ''));
    // Express defines `query` as a getter without a setter, which parses again at each access.
    Object.defineProperty(request, 'query', { value: query });
    return next.handle();
  }
}

/**
 * Refuses any query, for operations that take none.
 *
 * @throws InvalidInput, Problem
 */
export function assertNoQuery(target: string): void {
  validQuery(NoQuery, queryParameters(target));
}

/** Faults of query parameters are named `?name`, because JSON pointers refer to the body. */
function validQuery(type: QueryClass, query: Record<string, string>): object {
  try {
    return strictInput(type, query);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(
      error.faults.map(({ pointer, detail }) => ({ pointer: `?${pointer.slice(1)}`, detail })),
    );
  }
}
