import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import { Problem } from '../http/problem-details.js';

/** Who takes nothing of a large answer has a place among the requests in flight, which are gateways'. */
const MOST_AT_ONCE = 16;

/** Bounds how many answers are on their way. */
@Injectable()
export class AnswersAtOnce implements NestInterceptor {
  private underWay = 0;

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.underWay >= MOST_AT_ONCE) {
      throw new Problem('request_in_flight', 'Others are reading the documents.', {
        headers: { 'Retry-After': '1' },
      });
    }
    this.underWay += 1;
    const response = context.switchToHttp().getResponse<ServerResponse>();
    response.once('close', () => (this.underWay -= 1));
    return next.handle();
  }
}
