import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import type { ExactPathAdapter } from '../http/exact-path-adapter.js';
import { ROLES_METADATA } from './roles.decorator.js';

/**
 * Prevents the start if an operation of the admin listener has a guard without roles, or roles without a guard.
 * The guards refuse such operations anyway; this reports them at startup.
 */
@Injectable()
export class StatedRoles implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<ExactPathAdapter>,
    private readonly reflector: Reflector,
  ) {}

  /**
   * Nest calls this after it has registered all routes.
   *
   * @throws Error that names the operations
   */
  onModuleInit(): void {
    const faults = this.host.httpAdapter.routes
      .filter(({ endpoint }) => endpoint.listener === 'admin')
      .filter(({ endpoint, handler }) => {
        const roles = this.reflector.get<unknown>(ROLES_METADATA, handler);
        return (endpoint.guard === 'none') !== (roles === undefined);
      });
    if (faults.length === 0) return;
    const names = faults.map(({ method, path }) => `${method} ${path}`);
    throw new Error(`Without a guard or a role: ${names.join(', ')}`);
  }
}
