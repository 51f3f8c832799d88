import { SetMetadata } from '@nestjs/common';
import type { Role } from '../callers/caller.js';

export const ROLES_METADATA = 'allowed-for';

/**
 * States which roles may use an operation, besides `admin`, which may use all. Every operation needs this:
 * without it, all callers are refused.
 */
export const Roles = (...roles: readonly Role[]): MethodDecorator =>
  SetMetadata(ROLES_METADATA, ['admin', ...roles]);

/** For every authenticated caller, with or without a role. */
export const ANY_CALLER = 'any-caller';

/** States that every authenticated caller may use an operation, because it reveals and changes nothing. */
export const AnyCaller = (): MethodDecorator => SetMetadata(ROLES_METADATA, ANY_CALLER);
