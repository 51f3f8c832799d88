import { All } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { allowedMethods } from '../admin-http/allowed-methods.js';
import { Roles } from '../admin-http/roles.decorator.js';
import { isDecodable, type ExactPathAdapter } from '../http/exact-path-adapter.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { ConsoleController } from './console-controller.decorator.js';
import { CurrentRequest, type StaffRequest } from './staff-request.js';

/** Refuses all other paths of the console, for signed-in callers. Registered after all other console controllers. */
@ConsoleController('{*rest}')
export class UnservedConsoleController {
  constructor(private readonly host: HttpAdapterHost<ExactPathAdapter>) {}

  @All()
  @Roles('auditor', 'consent', 'gateway')
  refuse(@CurrentRequest() { target }: StaffRequest): never {
    const { express } = this.host.httpAdapter.at('admin');
    const path = target.split('?', 1)[0] ?? '';
    const methods = isDecodable(path) ? allowedMethods(express, path) : [];
    if (methods.length === 0) throw new PageRefusal('not-found');
    throw new PageRefusal('method', { headers: { Allow: methods.join(', ') } });
  }
}
