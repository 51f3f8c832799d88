import 'reflect-metadata';
import { Controller, Get, Module, Post, UseGuards, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Roles } from './roles.decorator.js';
import { StatedRoles } from './stated-roles.js';

class SomeGuard {
  canActivate = () => true;
}

@Controller('admin/sound')
@UseGuards(SomeGuard)
class Sound {
  @Get()
  @Roles()
  read(): void {}
  helper(): void {}
}

@Controller('admin/forgetful')
@UseGuards(SomeGuard)
class WithoutRole {
  @Get()
  @Roles()
  read(): void {}
  @Post(':id/change')
  change(): void {}
}

@Controller()
class WithoutGuard {
  @Post(['elsewhere', 'verify'])
  @Roles()
  verify(): void {}
}

@Controller(['health', 'metrics', 'administration'])
class Open {
  @Get()
  read(): void {}
}

async function start(...controllers: Type[]): Promise<void> {
  @Module({ controllers })
  class Elsewhere {}
  const module = await Test.createTestingModule({
    imports: [Elsewhere],
    providers: [StatedRoles],
  }).compile();
  await module.init();
  await module.close();
}

describe('an operation of staff that does not state whom it is for stops the start', () => {
  it('lets those start that state it, and what is open to all', async () => {
    await expect(start(Sound, Open)).resolves.toBeUndefined();
  });

  it.each<[string, Type, string]>([
    ['role', WithoutRole, 'POST /admin/forgetful/:id/change'],
    ['guard', WithoutGuard, 'POST /verify'],
  ])('without a %s, in whatever module', async (_, controller, operation) => {
    await expect(start(Sound, controller)).rejects.toThrow(
      new Error(`Without a guard or a role: ${operation}`),
    );
  });
});
