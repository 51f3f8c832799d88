import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Observable } from 'rxjs';
import { codedBody } from '../http/request-body.js';
import { readJsonBody } from './json-body.js';

/** Methods whose body means something (RFC 9110 section 9.3: that of GET and DELETE does not). */
const WITH_BODY = new Set(['POST', 'PATCH', 'PUT']);

/** Reads the JSON body once the guard has let the caller through. */
@Injectable()
export class JsonBodyInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<IncomingMessage & { body?: unknown }>();
    if (request.headers['content-encoding'] !== undefined) throw codedBody();
    if (WITH_BODY.has(request.method ?? '')) request.body = await readJsonBody(request);
    return next.handle();
  }
}
