import { All, Controller, Req, UseFilters, UseGuards } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express, Request } from 'express';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Problem } from '../http/problem-details.js';
import { AdminGuard } from './admin.guard.js';
import { AllowedFor } from './allowed-for.decorator.js';
import { allowedMethods } from './allowed-methods.js';
import { problemOf } from './problem-of.js';

/** What no operation serves: told to holders of a key, and after all other controllers. */
@Controller()
@UseFilters(new ProblemDetailsFilter(problemOf))
@UseGuards(AdminGuard)
export class UnservedController {
  constructor(private readonly host: HttpAdapterHost) {}

  @All(['admin', 'admin/{*rest}'])
  @AllowedFor('auditor', 'consent', 'gateway')
  refuse(@Req() request: Request): never {
    const express = this.host.httpAdapter.getInstance<Express>();
    const methods = allowedMethods(express, request.path);
    if (methods.length === 0) throw new Problem('not_found', 'No operation has this path.');
    const Allow = methods.join(', ');
    throw new Problem('method_not_allowed', `Allowed here: ${Allow}.`, { headers: { Allow } });
  }
}
