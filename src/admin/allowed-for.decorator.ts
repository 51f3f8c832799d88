import { SetMetadata } from '@nestjs/common';
import type { Role } from '../callers/caller.js';

export const ALLOWED_FOR = 'allowed-for';

/**
 * States who may use an operation besides `admin`, who may use all. Every operation has to: one
 * that states nothing is refused to everybody.
 */
export const AllowedFor = (...roles: readonly Role[]): MethodDecorator =>
  SetMetadata(ALLOWED_FOR, ['admin', ...roles]);
