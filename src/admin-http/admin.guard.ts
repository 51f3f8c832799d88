import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { Callers } from '../callers/callers.js';
import { assertAllowed, unauthorized } from './assert-allowed.js';
import { bearerCredential } from './bearer-credential.js';

/** Admits a caller if one of its roles may use the operation. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly callers: Callers,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const credential = bearerCredential(context.switchToHttp().getRequest<IncomingMessage>());
    if (credential === undefined) {
      throw unauthorized('Send the key as "Authorization: Bearer KEY".');
    }
    await assertAllowed(context, this.callers, this.reflector, credential);
    return true;
  }
}
