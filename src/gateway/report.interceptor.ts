import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Observable } from 'rxjs';
import { readJsonBody } from '../admin-http/json-body.js';
import { MAX_BODY_OCTETS } from '../http/request-body.js';

/**
 * JSON writes an octet of text in six characters at the worst (`\u0001`); the URL and the headers,
 * which HTTP keeps to some 16 KiB, are in it, too.
 */
const MAX_REPORT_OCTETS = 8 * MAX_BODY_OCTETS;

/** Reads a report of a request, which may carry as large a body as any signed request. */
@Injectable()
export class ReportInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<IncomingMessage & { body?: unknown }>();
    if (request.method === 'POST') request.body = await readJsonBody(request, MAX_REPORT_OCTETS);
    return next.handle();
  }
}
