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
 * Reads a report of a request, whose body may be as large as that of any signed request. JSON needs at most six
 * characters for an octet of text (`\u0001`). The limit also covers the URL and the headers, which HTTP limits to
 * some 16 KiB.
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

/** The request that the gateway reports, validated. */
export const Report = (): ParameterDecorator => FromRequest(ReportPipe);
