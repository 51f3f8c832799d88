import { SetMetadata } from '@nestjs/common';
import type { Role } from '../callers/caller.js';

export const ROLES_METADATA = 'allowed-for';

/**
 * States who may use an operation besides `admin`, who may use all. Every operation has to: one
 * that states nothing is refused to everybody.
 */
export const Roles = (...roles: readonly Role[]): MethodDecorator =>
  SetMetadata(ROLES_METADATA, ['admin', ...roles]);
