import { applyDecorators, Controller, UseFilters, UseInterceptors, UsePipes } from '@nestjs/common';
import { StrictInputPipe } from '../admin-http/strict-input.pipe.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { ConsoleFilter } from './console.filter.js';
import { ConsoleGuard } from './console.guard.js';
import { PageReplyInterceptor } from './page-reply.interceptor.js';

/**
 * A controller of pages below /console. Binds what all of them share: the guard, the interceptor that sends the
 * reply, and the filter that handles every refusal.
 */
export const ConsoleController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(path === '' ? 'console' : `console/${path}`),
    UseFilters(ConsoleFilter),
    Endpoint({ listener: 'admin', label: 'console', guard: ConsoleGuard }),
    UseInterceptors(PageReplyInterceptor),
    UsePipes(StrictInputPipe),
  );
