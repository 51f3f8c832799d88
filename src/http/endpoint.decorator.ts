import { UseGuards, type CanActivate, type Type } from '@nestjs/common';
import type { Listener } from './listeners.js';

/** What a handler states about its endpoint. */
export interface EndpointStatement {
  /** The listener that serves it; on any other listener its path is 404. */
  readonly listener: Listener | 'every';
  /** The name of its requests in metrics and the log. There are only a few, and none is part of a path. */
  readonly label: string;
  /** The guard; `none` if every client of the listener may call it. */
  readonly guard: Type<CanActivate> | 'none';
  /** Whether its answers are verdicts on signed requests. */
  readonly givesVerdicts?: boolean;
  /** Whether it also serves all paths below its own, undecoded. */
  readonly servesBelow?: boolean;
}

const ENDPOINT = Symbol('endpoint');

/**
 * States what a handler serves, and binds its guard. On a controller, it applies to every handler without a
 * statement of its own. The service does not start if a route has no statement (ExactPathAdapter).
 */
export function Endpoint(statement: EndpointStatement): ClassDecorator & MethodDecorator {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const handlers = descriptor
      ? [descriptor.value as object]
      : handlersOf(target as Type).filter((handler) => !statementOf(handler));
    for (const handler of handlers) Reflect.defineMetadata(ENDPOINT, statement, handler);
    if (statement.guard === 'none') return;
    const bind: (...place: [object, (string | symbol)?, PropertyDescriptor?]) => void = UseGuards(
      statement.guard,
    );
    bind(target, name, descriptor);
  };
}

/** The statement of a handler. Nest copies it to the function that it registers for the handler. */
export const statementOf = (handler: object): EndpointStatement | undefined =>
  Reflect.getMetadata(ENDPOINT, handler) as EndpointStatement | undefined;

function handlersOf(controller: Type): object[] {
  return Object.entries(Object.getOwnPropertyDescriptors(controller.prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([, { value }]) => value as object);
}
