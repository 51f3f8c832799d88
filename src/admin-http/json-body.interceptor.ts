import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import type { Observable } from 'rxjs';
import { codedBody } from '../http/request-body.js';
import { readJsonBody } from './json-body.js';
import { STREAMED_BODY } from './streamed-body.js';

/** Methods whose body has a meaning (RFC 9110 section 9.3: the body of GET and DELETE has none). */
const WITH_BODY = new Set(['POST', 'PATCH', 'PUT']);

/** Reads the JSON body after the guard has admitted the caller. */
@Injectable()
export class JsonBodyInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<IncomingMessage & { body?: unknown }>();
    if (request.headers['content-encoding'] !== undefined) throw codedBody();
    const isStreamed = this.reflector.get<true | undefined>(STREAMED_BODY, context.getHandler());
    if (WITH_BODY.has(request.method ?? '') && !isStreamed) {
      request.body = await readJsonBody(request);
    }
    return next.handle();
  }
}
