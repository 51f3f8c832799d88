import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { map, type Observable } from 'rxjs';
import { replyHeaders, type Reply } from '../pages/reply.js';

/** Sends the reply of a handler, with the headers of all pages. */
@Injectable()
export class PageReplyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<Reply | undefined>): Observable<unknown> {
    const response = context.switchToHttp().getResponse<ServerResponse>();
    return next.handle().pipe(
      map((reply) => {
        // The handler has sent its own response, such as a download.
        if (reply === undefined) return undefined;
        response.statusCode = reply.status;
        for (const [name, value] of Object.entries(replyHeaders(reply))) {
          response.setHeader(name, value);
        }
        return reply.body ?? '';
      }),
    );
  }
}
