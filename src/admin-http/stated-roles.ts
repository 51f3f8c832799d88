import { Injectable, RequestMethod, type OnModuleInit, type Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/internal';
import { ModulesContainer } from '@nestjs/core';
import { ROLES_METADATA } from './roles.decorator.js';

/** What only callers with a role may reach; the rest of the admin listener is open to the inside. */
const OF_STAFF = /^\/(admin|authz|verify)(\/|$)/;

/**
 * Stops the start when an operation of staff or of gateways has no guard, or does not state whom
 * it is for. The guards refuse what states nothing; this says so to whoever forgot.
 */
@Injectable()
export class StatedRoles implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {}

  /** @throws Error that names the operations */
  onModuleInit(): void {
    const controllers = [...this.modules.values()].flatMap((module) => [
      ...module.controllers.values(),
    ]);
    const faults = controllers.flatMap(({ metatype }) =>
      metatype ? unstated(metatype as Type) : [],
    );
    if (faults.length > 0) throw new Error(`Without a guard or a role: ${faults.join(', ')}`);
  }
}

function unstated(controller: Type): string[] {
  const operations = Object.values(Object.getOwnPropertyDescriptors(controller.prototype))
    .map(({ value }) => value as object | undefined)
    .filter((value): value is object => typeof value === 'function')
    .filter((handler) => Reflect.hasMetadata(METHOD_METADATA, handler));
  return operations.flatMap((handler) => {
    const guards = [controller, handler].flatMap(
      (place) => (Reflect.getMetadata(GUARDS_METADATA, place) as unknown[] | undefined) ?? [],
    );
    const isStated = Reflect.hasMetadata(ROLES_METADATA, handler) && guards.length > 0;
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    return pathsOf(controller, handler)
      .filter((path) => OF_STAFF.test(path) && !isStated)
      .map((path) => `${method} ${path}`);
  });
}

/** Each path of the controller before each path of its method. */
function pathsOf(controller: Type, handler: object): string[] {
  const given = (place: object) =>
    [(Reflect.getMetadata(PATH_METADATA, place) as string | string[] | undefined) ?? ''].flat();
  return given(controller).flatMap((base) =>
    given(handler).map((path) => `/${base}/${path}`.replace(/\/+/g, '/')),
  );
}
