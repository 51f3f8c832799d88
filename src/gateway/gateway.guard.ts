import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { assertAllowed, unauthorized } from '../admin-http/assert-allowed.js';
import { bearerCredential } from '../admin-http/bearer-credential.js';
import { Callers } from '../callers/callers.js';
import { singleHeader } from '../http/single-header.js';

const TAKES_BEARER_KEY = 'takes-bearer-key';

/** Accepts a key in `Authorization`, which belongs to the caller here, and not to the client's request. */
export const TakesBearerKey = (): ClassDecorator => SetMetadata(TAKES_BEARER_KEY, true);

/** Authenticates a gateway by the key in X-Gateway-Key, because `Authorization` is its client's. */
@Injectable()
export class GatewayGuard implements CanActivate {
  constructor(
    private readonly callers: Callers,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const takesBearer = this.reflector.get<true | undefined>(TAKES_BEARER_KEY, context.getClass());
    const key =
      singleHeader(request, 'x-gateway-key') ??
      (takesBearer ? bearerCredential(request) : undefined);
    if (!key) throw unauthorized("Send the gateway's key as X-Gateway-Key.");
    await assertAllowed(context, this.callers, this.reflector, key);
    return true;
  }
}
