import { UseGuards, type CanActivate, type Type } from '@nestjs/common';
import type { Listener } from './listeners.js';

/** What a handler states about the endpoint that it serves. */
export interface EndpointStatement {
  /** The listener that serves it; on any other listener its path is 404. */
  readonly listener: Listener | 'every';
  /** The name that its requests are counted and logged under: one of a few, and no part of a path. */
  readonly label: string;
  /** The guard; `none` if every client of the listener may call it. */
  readonly guard: Type<CanActivate> | 'none';
  /** Whether its answers are verdicts on signed requests. */
  readonly givesVerdicts?: boolean;
  /** Whether it also serves whatever follows its path and a `/`, raw. */
  readonly servesBelow?: boolean;
}

const ENDPOINT = Symbol('endpoint');

/**
 * States what a handler serves, and binds its guard; on a controller it is said of every handler that
 * states nothing itself. A route without it stops the start (ExactPathAdapter).
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

/** What was stated about a handler; Nest hands it on to the function that it registers for it. */
export const statementOf = (handler: object): EndpointStatement | undefined =>
  Reflect.getMetadata(ENDPOINT, handler) as EndpointStatement | undefined;

function handlersOf(controller: Type): object[] {
  return Object.entries(Object.getOwnPropertyDescriptors(controller.prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([, { value }]) => value as object);
}
