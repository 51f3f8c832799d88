import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../callers/caller.js';

const callers = new WeakMap<IncomingMessage, Caller>();

/** Keeps with a request who sent it. */
export function rememberCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** Who sent the request; undefined before a guard has found out. */
export const callerOf = (request: IncomingMessage): Caller | undefined => callers.get(request);

/** The name of the caller that the guard let through, for the record. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const caller = callerOf(context.switchToHttp().getRequest<IncomingMessage>());
  if (!caller) throw new Error('An operation ran without a caller');
  return caller.name;
});
