import { SetMetadata } from '@nestjs/common';
import type { Role } from '../callers/caller.js';

export const ROLES_METADATA = 'allowed-for';

/**
 * States who may use an operation besides `admin`, who may use all. Every operation has to: one
 * that states nothing is refused to everybody.
 */
export const Roles = (...roles: readonly Role[]): MethodDecorator =>
  SetMetadata(ROLES_METADATA, ['admin', ...roles]);

/** For whoever is signed in, with a role or without. */
export const ANY_CALLER = 'any-caller';

/** States that everybody who is signed in may use an operation: one that gives nothing and takes nothing. */
export const AnyCaller = (): MethodDecorator => SetMetadata(ROLES_METADATA, ANY_CALLER);
