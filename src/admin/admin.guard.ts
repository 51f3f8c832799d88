import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { Problem } from '../http/problem-details.js';
import { soleHeader } from '../http/sole-header.js';
import { AdminCallers } from './admin-callers.js';
import { ALLOWED_FOR, type Role } from './allowed-for.decorator.js';

/** Lets a caller through whose key's role the operation is allowed for (RFC 6750 section 2.1). */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly callers: AdminCallers,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const key = bearerKey(soleHeader(request, 'authorization'));
    if (key === undefined) throw unauthorized('Send the key as "Authorization: Bearer KEY".');
    const caller = await this.callers.identify(key);
    if (!caller) throw unauthorized('The key is not valid.', 'error="invalid_token"');
    const roles = this.reflector.get<Role[] | undefined>(ALLOWED_FOR, context.getHandler());
    if (!roles?.includes(caller.role)) {
      throw new Problem('forbidden', `The role ${caller.role} does not allow this operation.`);
    }
    return true;
  }
}

const bearerKey = (authorization: string | undefined): string | undefined =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];

function unauthorized(detail: string, challenge?: string): Problem {
  const headers = { 'WWW-Authenticate': challenge ? `Bearer ${challenge}` : 'Bearer' };
  return new Problem('unauthorized', detail, { headers });
}
