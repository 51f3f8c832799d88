import { applyDecorators, Controller, UseFilters, UseInterceptors, UsePipes } from '@nestjs/common';
import { Endpoint } from '../http/endpoint.decorator.js';
import { AdminGuard } from './admin.guard.js';
import { JsonBodyInterceptor } from './json-body.interceptor.js';
import { PrivateReplyInterceptor } from './private-reply.interceptor.js';
import { AdminProblemFilter } from './admin-problem.filter.js';
import { StrictInputPipe } from './strict-input.pipe.js';
import { StrictQueryInterceptor } from './takes-query.js';

/**
 * A controller below /admin. Everything that all of them share is bound here, to the handlers and
 * not to a path, in the order in which it happens: the key, the body, its rules, the operation; and
 * one exit for refusals. So a stranger learns nothing about a body, and no spelling of a path leads
 * past the guard.
 */
export const AdminController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`admin/${path}`),
    UseFilters(AdminProblemFilter),
    Endpoint({ listener: 'admin', label: 'admin', guard: AdminGuard }),
    UseInterceptors(PrivateReplyInterceptor, StrictQueryInterceptor, JsonBodyInterceptor),
    UsePipes(StrictInputPipe),
  );
