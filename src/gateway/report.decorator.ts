import {
  createParamDecorator,
  Injectable,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { readJsonBody } from '../admin-http/json-body.js';
import { assertNoQuery } from '../admin-http/takes-query.js';
import { MAX_REPORT_OCTETS } from '../http/request-body.js';
import { strictInput } from '../input/strict-input.js';
import { ReportedRequest } from './reported-request.js';

/**
 * Reads a report of a request, which may carry as large a body as any signed request. JSON writes an octet of text
 * in six characters at the worst (`\u0001`); the URL and the headers, which HTTP keeps to some 16 KiB, are in it,
 * too.
 */
@Injectable()
class ReportPipe implements PipeTransform<IncomingMessage, Promise<ReportedRequest>> {
  async transform(request: IncomingMessage): Promise<ReportedRequest> {
    assertNoQuery(request.url ?? '');
    return strictInput(ReportedRequest, await readJsonBody(request, MAX_REPORT_OCTETS));
  }
}

const FromRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<IncomingMessage>(),
);

/** The request that the gateway reports, held to its rules. */
export const Report = (): ParameterDecorator => FromRequest(ReportPipe);
