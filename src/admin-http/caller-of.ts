import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditActor } from '../audit/audit-event.js';
import type { Caller } from '../callers/caller.js';
import { requestIdOf } from '../http/problem-details.js';
import { RequestProperty } from '../http/request-property.js';

const callers = new RequestProperty<IncomingMessage, Caller>('callers');

/** Stores the caller with the request. */
export function rememberCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** The caller of the request; undefined before a guard has authenticated it. */
export const callerOf = (request: IncomingMessage): Caller | undefined => callers.get(request);

/**
 * The actor of this request, for the audit trail. The address is the peer's, because the admin listener trusts
 * no `X-Forwarded-For`.
 */
export const actorBy = (
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): AuditActor => ({
  name,
  requestId: requestIdOf(response),
  address: request.socket.remoteAddress ?? null,
});

/** The caller that the guard admitted, for the audit trail. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext): AuditActor => {
  const http = context.switchToHttp();
  const request = http.getRequest<IncomingMessage>();
  const caller = callerOf(request);
  if (!caller) throw new Error('An operation ran without a caller');
  return actorBy(caller.name, request, http.getResponse<ServerResponse>());
});
