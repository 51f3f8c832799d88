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

/** States the class whose rules the query of an operation follows; without it, there is none. */
export const TakesQuery = (type: QueryClass): MethodDecorator => SetMetadata(TAKES_QUERY, type);

class NoQuery {}

/** Replaces `request.query` by one that holds to the rules; what @Query() gives is then valid. */
@Injectable()
export class StrictQueryInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const type = this.reflector.get<QueryClass | undefined>(TAKES_QUERY, context.getHandler());
    const query = validQuery(type ?? NoQuery, queryParameters(request.url ?? ''));
    // Express computes it anew at each look, by a getter that can't be assigned to.
    Object.defineProperty(request, 'query', { value: query });
    return next.handle();
  }
}

/**
 * For operations that take none.
 *
 * @throws InvalidInput, Problem
 */
export function assertNoQuery(target: string): void {
  validQuery(NoQuery, queryParameters(target));
}

/** Faults of query parameters are named `?name`, since JSON pointers refer to the body. */
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
