import type {
  CanActivate,
  ExceptionFilter,
  NestInterceptor,
  PipeTransform,
  Type,
} from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  HTTP_CODE_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
} from '@nestjs/common/internal';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { ModuleRef } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EMPTY } from 'rxjs';

type Handler = (...values: unknown[]) => unknown;
type Incoming = IncomingMessage & { body?: unknown };

const TYPES_OF_VALUES = 'design:paramtypes';
const NEXT = { handle: () => EMPTY };

/**
 * An operation of a controller with everything that its decorators bind to it, in the order in which
 * Nest goes through it: guards, interceptors, pipes, handler; and the filter for whatever fails. It can
 * be asked without Nest's router, which takes longer than a verdict does.
 */
export class DeclaredOperation {
  private readonly guards: readonly CanActivate[];
  private readonly interceptors: readonly NestInterceptor[];
  private readonly pipes: readonly PipeTransform<unknown>[];
  private readonly filter: ExceptionFilter;
  private readonly values: readonly ((request: Incoming, response: ServerResponse) => unknown)[];
  private readonly status: number;

  /** @throws Error when it has no guard or no filter, or asks for what only Nest's router can give */
  constructor(
    private readonly controller: object,
    private readonly handler: Handler,
    name: string,
    modules: ModuleRef,
  ) {
    const bound = <Bound>(metadata: string): Bound[] =>
      [controller.constructor, handler]
        .flatMap((place) => (Reflect.getMetadata(metadata, place) as Type<Bound>[]) ?? [])
        .map((type) => modules.get<Bound>(type, { strict: false }));
    this.guards = bound(GUARDS_METADATA);
    this.interceptors = bound(INTERCEPTORS_METADATA);
    this.pipes = bound(PIPES_METADATA);
    // The nearest one is asked first, and each takes whatever comes.
    const filter = bound<ExceptionFilter>(EXCEPTION_FILTERS_METADATA).at(-1);
    if (!filter || this.guards.length === 0) throw new Error(`${name} has no guard or no filter`);
    this.filter = filter;
    this.values = this.valuesOf(name);
    this.status = (Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined) ?? 200;
  }

  /** Answers the request, whatever happens. */
  async answer(request: Incoming, response: ServerResponse): Promise<void> {
    const context = new ExecutionContextHost(
      [request, response],
      this.controller.constructor as Type,
      this.handler,
    );
    try {
      for (const guard of this.guards) {
        if (!(await guard.canActivate(context)))
          throw new Error('A guard refused without a reason');
      }
      for (const interceptor of this.interceptors) {
        // The answer is not on its way through here, so whoever wants to change it must not be let.
        const passed = await interceptor.intercept(context, NEXT);
        if (passed !== EMPTY) throw new Error('An interceptor wants to change the answer');
      }
      const values = this.values.map((value) => value(request, response));
      const answer = await this.handler.apply(this.controller, values);
      if (answer !== undefined) sendJson(response, this.status, answer);
    } catch (error) {
      await this.filter.catch(error, context);
    }
  }

  private valuesOf(name: string) {
    const { constructor } = this.controller;
    const asked = (Reflect.getMetadata(ROUTE_ARGS_METADATA, constructor, name) ?? {}) as object;
    const types = Reflect.getMetadata(TYPES_OF_VALUES, constructor.prototype as object, name) as
      Type[] | undefined;
    const values: ((request: Incoming, response: ServerResponse) => unknown)[] = [];
    for (const key of Object.keys(asked)) {
      const [kind, index] = key.split(':').map(Number) as [RouteParamtypes, number];
      const metatype = types?.[index];
      if (kind === RouteParamtypes.REQUEST) values[index] = (request) => request;
      else if (kind === RouteParamtypes.RESPONSE) values[index] = (_, response) => response;
      else if (kind === RouteParamtypes.BODY) {
        values[index] = ({ body }) =>
          this.pipes.reduce(
            (value, pipe) => pipe.transform(value, { type: 'body', metatype }),
            body,
          );
      } else throw new Error(`${name} asks for what only a router can give`);
    }
    return values;
  }
}

function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  const body = JSON.stringify(answer);
  response
    .writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    })
    .end(body);
}
