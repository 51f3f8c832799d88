import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedEndpointOptions } from './endpoint-rules.js';
import { OAuth10Controller } from './oauth10.controller.js';
import { OAuthProblemFilter } from './oauth-problem.filter.js';
import { ResourceController } from './resource.controller.js';
import { SignedRequestGuard } from './signed-request.guard.js';
import { SIGNED_ENDPOINT } from './verified-request-of.js';
import type { VerifiedRequest } from './verified-request.js';

/** How every signed endpoint is written: what was verified, and where the answer goes. */
type SignedHandler = (request: VerifiedRequest, response: ServerResponse) => Promise<void>;

interface Route {
  readonly options: SignedEndpointOptions;
  readonly handle: SignedHandler;
}

// Where Nest's own decorators leave what they were told.
const PATH = 'path';

/**
 * Serves the signed endpoints without the way through Express and Nest, which takes longer than
 * verifying a signature does. What the controllers declare is read from their decorators once; guard,
 * handler and filter are those that they name, in the same order.
 */
@Injectable()
export class DirectRoutes implements OnModuleInit {
  private routes: ReadonlyMap<string, Route> = new Map();

  constructor(
    private readonly guard: SignedRequestGuard,
    private readonly filter: OAuthProblemFilter,
    private readonly modules: ModuleRef,
  ) {}

  /** Controllers are nobody's dependency; they are fetched once they have been made. */
  onModuleInit(): void {
    const controllers = [OAuth10Controller, ResourceController] as const;
    this.routes = new Map(
      controllers.flatMap((controller) => routesOf(this.modules.get<object>(controller))),
    );
  }

  /** Whether the request is for one of these paths, and then answered here. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const { url = '' } = request;
    const queryAt = url.indexOf('?');
    const route = this.routes.get(queryAt < 0 ? url : url.slice(0, queryAt));
    if (route) void this.answer(route, request, response);
    return route !== undefined;
  }

  private async answer(
    { options, handle }: Route,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      await handle(await this.guard.admit(request, options), response);
    } catch (error) {
      this.filter.answer(error, response);
    }
  }
}

function routesOf(controller: object): [string, Route][] {
  const prototype = Object.getPrototypeOf(controller) as Record<string, SignedHandler>;
  const folder = Reflect.getMetadata(PATH, controller.constructor) as string;
  return Object.getOwnPropertyNames(prototype).flatMap((name): [string, Route][] => {
    const handler = prototype[name] as SignedHandler;
    const options = Reflect.getMetadata(SIGNED_ENDPOINT, handler) as
      SignedEndpointOptions | undefined;
    if (!options) return [];
    const path = Reflect.getMetadata(PATH, handler) as string;
    return [[`/${folder}/${path}`, { options, handle: handler.bind(controller) }]];
  });
}
