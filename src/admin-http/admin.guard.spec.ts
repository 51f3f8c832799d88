import 'reflect-metadata';
import type { ExecutionContext, Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, MODULE_METADATA } from '@nestjs/common/internal';
import { Reflector } from '@nestjs/core';
import type { Settings } from '../config/settings.js';
import { Callers } from '../callers/callers.js';
import type { ApiKeys } from '../callers/api-keys.js';
import { StaffTokens } from '../callers/staff-tokens.js';
import { AdminGuard } from './admin.guard.js';
import { AdminModule } from '../admin/admin.module.js';
import { ROLES_METADATA, Roles } from './roles.decorator.js';

const KEY = 'k'.repeat(32);

class Operations {
  @Roles()
  stated(): void {}
  unstated(): void {}
}

// No key beside the first one: those that are stored are tested on a database.
const noKeys = { callerOf: () => Promise.resolve(undefined) } as unknown as ApiKeys;
const callersFor = (settings: Partial<Settings>) =>
  new Callers(settings as Settings, noKeys, new StaffTokens(settings as Settings));

function admit(handler: keyof Operations, key: string) {
  const context = {
    switchToHttp: () => ({
      getRequest: () => ({ rawHeaders: ['Authorization', `Bearer ${key}`] }),
    }),
    getHandler: () => Operations.prototype[handler],
  } as unknown as ExecutionContext;
  return new AdminGuard(callersFor({ adminApiKey: KEY }), new Reflector()).canActivate(context);
}

describe('AdminGuard', () => {
  it('admits admin to an operation that states whom it is for', async () => {
    await expect(admit('stated', KEY)).resolves.toBe(true);
  });

  it('refuses everybody, admin too, where an operation states nothing', async () => {
    await expect(admit('unstated', KEY)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.each(['', 'k'.repeat(31), 'k'.repeat(33), 'K'.repeat(32), 'undefined'])(
    'refuses the key "%s"',
    async (key) => {
      await expect(admit('stated', key)).rejects.toMatchObject({ code: 'unauthorized' });
    },
  );

  it('refuses every key where none is set', async () => {
    for (const key of ['undefined', 'null', KEY]) {
      await expect(callersFor({}).identify(key)).resolves.toBeUndefined();
    }
  });

  it('guards every controller of staff, and every operation states whom it is for', () => {
    const controllers: Type[] = Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, AdminModule);
    expect(controllers.length).toBeGreaterThan(2);
    for (const controller of controllers) {
      expect(Reflect.getMetadata(GUARDS_METADATA, controller)).toEqual([AdminGuard]);
      const operations = Object.values(Object.getOwnPropertyDescriptors(controller.prototype))
        .map(({ value }) => value as object)
        .filter((handler) => Reflect.hasMetadata(METHOD_METADATA, handler));
      expect(operations.length).toBeGreaterThan(0);
      for (const operation of operations) {
        expect(Reflect.getMetadata(ROLES_METADATA, operation)).toContain('admin');
      }
    }
  });
});
