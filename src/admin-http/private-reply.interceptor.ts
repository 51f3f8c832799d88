import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import { requestIdOf } from '../http/problem-details.js';

/** Marks replies to staff as not cacheable, and adds a request id. */
@Injectable()
export class PrivateReplyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<ServerResponse>();
    response.setHeader('Cache-Control', 'no-store');
    requestIdOf(response);
    return next.handle();
  }
}
