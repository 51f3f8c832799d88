import { applyDecorators, Controller, UseFilters, UseInterceptors, UsePipes } from '@nestjs/common';
import { Endpoint } from '../http/endpoint.decorator.js';
import { AdminGuard } from './admin.guard.js';
import { JsonBodyInterceptor } from './json-body.interceptor.js';
import { PrivateReplyInterceptor } from './private-reply.interceptor.js';
import { AdminProblemFilter } from './admin-problem.filter.js';
import { StrictInputPipe } from './strict-input.pipe.js';
import { StrictQueryInterceptor } from './takes-query.js';

/**
 * A controller below /admin. The decorator binds everything that these controllers share, in the order of
 * execution: authentication, the body, its validation, the operation; and one filter for refusals. It binds
 * them to the handlers and not to a path. So an unauthenticated caller learns nothing about a body, and no
 * spelling of a path bypasses the guard.
 */
export const AdminController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`admin/${path}`),
    UseFilters(AdminProblemFilter),
    Endpoint({ listener: 'admin', label: 'admin', guard: AdminGuard }),
    UseInterceptors(PrivateReplyInterceptor, StrictQueryInterceptor, JsonBodyInterceptor),
    UsePipes(StrictInputPipe),
  );
