import { All, Controller, HttpCode, Post, Res, UseFilters, UseInterceptors } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { AdminGuard } from '../admin-http/admin.guard.js';
import { AdminProblemFilter } from '../admin-http/admin-problem.filter.js';
import { PrivateReplyInterceptor } from '../admin-http/private-reply.interceptor.js';
import { Roles } from '../admin-http/roles.decorator.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { SignatureInspection, type InspectedSignature } from '../oauth10/signature-inspection.js';
import { postOnly } from './post-only.js';
import { Report } from './report.decorator.js';
import type { ReportedRequest } from './reported-request.js';
import { headersOf, signedRequest } from './reported-signed-request.js';

/** Shows staff the check of a signed request, reported as for /verify; no nonce is spent. */
@Controller('admin/signature-checks')
@Endpoint({ listener: 'admin', label: 'admin', guard: AdminGuard })
@UseFilters(AdminProblemFilter)
@UseInterceptors(PrivateReplyInterceptor)
export class SignatureChecksController {
  constructor(private readonly inspection: SignatureInspection) {}

  @Post()
  @Roles('auditor')
  @HttpCode(200)
  check(
    @Report() reported: ReportedRequest,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<InspectedSignature> {
    return this.inspection.inspect(signedRequest(reported, headersOf(reported), response.req));
  }

  @All()
  @Roles('auditor')
  refuse(): never {
    throw postOnly();
  }
}
