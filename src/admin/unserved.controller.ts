import { All, Controller, Req, UseFilters } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Request } from 'express';
import { Endpoint } from '../http/endpoint.decorator.js';
import { isDecodable, type ExactPathAdapter } from '../http/exact-path-adapter.js';
import { Problem } from '../http/problem-details.js';
import { AdminGuard } from '../admin-http/admin.guard.js';
import { Roles } from '../admin-http/roles.decorator.js';
import { allowedMethods } from '../admin-http/allowed-methods.js';
import { AdminProblemFilter } from '../admin-http/admin-problem.filter.js';

/** Answers 404 or 405 for paths without an operation, to authenticated callers. Registered after all other controllers. */
@Controller()
@UseFilters(AdminProblemFilter)
@Endpoint({ listener: 'admin', label: 'admin', guard: AdminGuard })
export class UnservedController {
  constructor(private readonly host: HttpAdapterHost<ExactPathAdapter>) {}

  @All('admin/{*rest}')
  @Roles('auditor', 'consent', 'gateway')
  refuse(@Req() request: Request): never {
    const { express } = this.host.httpAdapter.at('admin');
    if (!isDecodable(request.path)) {
      throw new Problem('malformed_request', 'The path is not percent-encoded UTF-8.');
    }
    const methods = allowedMethods(express, request.path);
    if (methods.length === 0) throw new Problem('not_found', 'No operation has this path.');
    const Allow = methods.join(', ');
    throw new Problem('method_not_allowed', `Allowed here: ${Allow}.`, { headers: { Allow } });
  }
}
