import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Post, UseFilters, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Endpoint } from '../http/endpoint.decorator.js';
import { ExactPathAdapter } from '../http/exact-path-adapter.js';
import { NotFoundFilter } from '../http/not-found.filter.js';
import { Roles } from './roles.decorator.js';
import { StatedRoles } from './stated-roles.js';

@Injectable()
class SomeGuard {
  canActivate = () => true;
}

@Controller('admin/sound')
@Endpoint({ listener: 'admin', label: 'admin', guard: SomeGuard })
class Sound {
  @Get()
  @Roles()
  read(): void {}
  helper(): void {}
}

@Controller('admin/forgetful')
@Endpoint({ listener: 'admin', label: 'admin', guard: SomeGuard })
class WithoutRole {
  @Get()
  @Roles()
  read(): void {}
  @Post(':id/change')
  change(): void {}
}

@Controller()
@Endpoint({ listener: 'admin', label: 'verify', guard: 'none' })
class WithoutGuard {
  @Post(['elsewhere', 'verify'])
  @Roles()
  verify(): void {}
}

@Controller(['health', 'metrics', 'administration'])
@Endpoint({ listener: 'admin', label: 'health', guard: 'none' })
class Open {
  @Get()
  read(): void {}
}

@Controller('nowhere')
@UseFilters(NotFoundFilter)
class WithoutEndpoint {
  @Get('to-be-found')
  read(): void {}
}

@Controller('admin/sound')
@Endpoint({ listener: 'admin', label: 'admin', guard: 'none' })
class Twice {
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
  const app = module.createNestApplication(new ExactPathAdapter(), {
    bodyParser: false,
    logger: false,
  });
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

describe('an operation of staff that does not state whom it is for stops the start', () => {
  it('lets those start that state it, and what is open to all', async () => {
    await expect(start(Sound, Open)).resolves.toBeUndefined();
  });

  it.each<[string, Type, string]>([
    ['role', WithoutRole, 'POST /admin/forgetful/:id/change'],
    ['guard', WithoutGuard, 'POST /elsewhere, POST /verify'],
  ])('without a %s, in whatever module', async (_, controller, operation) => {
    await expect(start(Sound, controller)).rejects.toThrow(
      new Error(`Without a guard or a role: ${operation}`),
    );
  });
});

describe('a route whose endpoint is not stated stops the start', () => {
  it('names it, and what is missing', async () => {
    await expect(start(Sound, WithoutEndpoint)).rejects.toThrow(
      'GET /nowhere/to-be-found (WithoutEndpoint.read) states no endpoint: say listener, label and guard with @Endpoint',
    );
  });

  it('and so does one that is served already', async () => {
    await expect(start(Sound, Twice)).rejects.toThrow('GET /admin/sound is served twice');
  });
});
