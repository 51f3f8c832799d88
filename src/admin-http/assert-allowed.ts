import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import type { Role } from '../callers/caller.js';
import type { Callers } from '../callers/callers.js';
import { Problem } from '../http/problem-details.js';
import { ROLES_METADATA } from './roles.decorator.js';
import { rememberCaller } from './caller-of.js';

/**
 * Authenticates the caller by the credential, and checks that one of its roles may use the operation.
 *
 * @throws Problem unauthorized, forbidden; StoreUnavailable; IssuerUnavailable
 */
export async function assertAllowed(
  context: ExecutionContext,
  callers: Callers,
  reflector: Reflector,
  credential: string,
): Promise<void> {
  const caller = await callers.identify(credential);
  if (!caller) throw unauthorized('The key is not valid.', 'error="invalid_token"');
  rememberCaller(context.switchToHttp().getRequest<IncomingMessage>(), caller);
  const allowed = reflector.get<Role[] | undefined>(ROLES_METADATA, context.getHandler());
  if (caller.roles.some((role) => allowed?.includes(role))) return;
  const roles = caller.roles.join(', ') || 'none';
  throw new Problem(
    'forbidden',
    `The role of the caller (${roles}) does not allow this operation.`,
  );
}

/** A 401 with the challenge of RFC 6750, section 3. */
export function unauthorized(detail: string, challenge?: string): Problem {
  const headers = { 'WWW-Authenticate': challenge ? `Bearer ${challenge}` : 'Bearer' };
  return new Problem('unauthorized', detail, { headers });
}
