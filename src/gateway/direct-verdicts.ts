import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/internal';
import { ModuleRef } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AuthzController, EXT_AUTHZ } from './authz.controller.js';
import { DeclaredOperation } from './declared-operation.js';
import { VerifyController } from './verify.controller.js';

const OPERATIONS = { [RequestMethod.ALL]: '*', [RequestMethod.POST]: 'POST' } as const;

/**
 * Serves `/verify` and `/authz/*` without the way through Express and Nest's router. What the
 * controllers declare is read from their decorators once (DeclaredOperation).
 */
@Injectable()
export class DirectVerdicts implements OnModuleInit {
  /** By method or `*`, a blank, and path. */
  private operations: ReadonlyMap<string, DeclaredOperation> = new Map();

  constructor(private readonly modules: ModuleRef) {}

  /** Controllers are nobody's dependency; they are fetched once they have been made. */
  onModuleInit(): void {
    this.operations = new Map(
      [VerifyController, AuthzController].flatMap((controller) =>
        this.operationsOf(this.modules.get<object>(controller)),
      ),
    );
  }

  /** Whether the request is for one of these paths, and then answered here. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request.url ?? '');
    const operation =
      this.operations.get(`${request.method} ${path}`) ?? this.operations.get(`* ${path}`);
    if (!operation) return false;
    // A filter that fails itself leaves no answer to give.
    operation.answer(request, response).catch(() => response.destroy());
    return true;
  }

  private operationsOf(controller: object): [string, DeclaredOperation][] {
    const prototype = Object.getPrototypeOf(controller) as Record<string, () => unknown>;
    const folder = Reflect.getMetadata(PATH_METADATA, controller.constructor) as string;
    return Object.getOwnPropertyNames(prototype).flatMap((name): [string, DeclaredOperation][] => {
      const handler = prototype[name] as () => unknown;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as
        keyof typeof OPERATIONS | undefined;
      if (method === undefined) return [];
      const path = `/${folder}/${Reflect.getMetadata(PATH_METADATA, handler) as string}`;
      const operation = new DeclaredOperation(controller, handler, name, this.modules);
      return [[`${OPERATIONS[method]} ${path.replace(/\/+$/, '')}`, operation]];
    });
  }
}

/** Behind Envoy's prefix stands the target of its client, whatever that is. */
function pathOf(target: string): string {
  if (target.startsWith(`${EXT_AUTHZ}/`)) return EXT_AUTHZ;
  const queryAt = target.indexOf('?');
  return queryAt < 0 ? target : target.slice(0, queryAt);
}
