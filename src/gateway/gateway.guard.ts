import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { AdminCallers } from '../admin/admin-callers.js';
import { ALLOWED_FOR, type Role } from '../admin/allowed-for.decorator.js';
import { Problem } from '../http/problem-details.js';
import { soleHeader } from '../http/sole-header.js';

const TAKES_BEARER_KEY = 'takes-bearer-key';

/** States that `Authorization` is the caller's here, and not that of the request in question. */
export const TakesBearerKey = (): ClassDecorator => SetMetadata(TAKES_BEARER_KEY, true);

/** Lets a gateway through by the key in X-Gateway-Key, since `Authorization` is its client's. */
@Injectable()
export class GatewayGuard implements CanActivate {
  constructor(
    private readonly callers: AdminCallers,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const takesBearer = this.reflector.get<true | undefined>(TAKES_BEARER_KEY, context.getClass());
    const key =
      soleHeader(request, 'x-gateway-key') ?? (takesBearer ? bearerKey(request) : undefined);
    if (!key) throw unauthorized("Send the gateway's key as X-Gateway-Key.");
    const caller = await this.callers.identify(key);
    if (!caller) throw unauthorized('The key is not valid.', ' error="invalid_token"');
    const roles = this.reflector.get<Role[] | undefined>(ALLOWED_FOR, context.getHandler());
    if (!roles?.includes(caller.role)) {
      throw new Problem('forbidden', `The role ${caller.role} does not allow this operation.`);
    }
    return true;
  }
}

const bearerKey = (request: IncomingMessage): string | undefined =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(soleHeader(request, 'authorization') ?? '')?.[1];

const unauthorized = (detail: string, challenge = ''): Problem =>
  new Problem('unauthorized', detail, { headers: { 'WWW-Authenticate': `Bearer${challenge}` } });
