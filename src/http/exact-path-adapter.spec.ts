import 'reflect-metadata';
import {
  All,
  Catch,
  Controller,
  createParamDecorator,
  Get,
  Header,
  Headers,
  HttpCode,
  Injectable,
  Ip,
  Module,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseInterceptors,
  UsePipes,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Response } from 'express';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { map } from 'rxjs';
import { send } from '../../test/support/http.js';
import { Endpoint } from './endpoint.decorator.js';
import { ExactPathAdapter } from './exact-path-adapter.js';
import { sendText } from './send-text.js';
import { LISTENER_NAMES, type Listener } from './listeners.js';
import { endpointOf } from './request-observer.js';

@Injectable()
class WordGuard {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<IncomingMessage>().headers['x-word'] === 'open';
  }
}

@Injectable()
class Brackets implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((value: unknown) => ({ inBrackets: value })));
  }
}

@Injectable()
class Louder implements PipeTransform<unknown> {
  transform = (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : value);
}

@Catch()
class Teapot implements ExceptionFilter {
  catch(_: unknown, host: Parameters<ExceptionFilter['catch']>[1]): void {
    sendText(host.switchToHttp().getResponse(), 418, 'refused');
  }
}

const Method = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<IncomingMessage>().method,
);

@Controller('declared')
@Endpoint({ listener: 'public', label: 'declared', guard: WordGuard })
@UseFilters(Teapot)
@UseInterceptors(Brackets)
@UsePipes(Louder)
class DeclaredController {
  @Post()
  @HttpCode(202)
  @Header('X-Declared', 'yes')
  all(
    @Query('size') size: string,
    @Headers('x-word') word: string,
    @Ip() address: string,
    @Method() method: string,
  ) {
    return { size, word, address, method };
  }

  @Get('params/:name')
  named(@Param('name') name: string) {
    return { name };
  }
}

@Controller('open')
@Endpoint({ listener: 'every', label: 'open', guard: 'none' })
class OpenController {
  @Get()
  @Header('X-Open', 'yes')
  read() {
    return 'open';
  }

  @Get('file')
  file(@Res() response: Response): void {
    response.sendFile('nowhere', { root: '/' });
  }

  @All('below')
  @Endpoint({ listener: 'admin', label: 'below', guard: 'none', servesBelow: true })
  below(@Req() { url }: IncomingMessage) {
    return url;
  }
}

@Module({ controllers: [DeclaredController, OpenController] })
class Endpoints {}

const startedServers: Server[] = [];

async function started(adapter: ExactPathAdapter) {
  const module = await Test.createTestingModule({ imports: [Endpoints] }).compile();
  return module.createNestApplication(adapter, { bodyParser: false, logger: false });
}

describe('ExactPathAdapter', () => {
  const adapter = new ExactPathAdapter();
  const bases = new Map<Listener, string>();
  const labels: string[] = [];

  beforeAll(async () => {
    await (await started(adapter)).init();
    for (const name of LISTENER_NAMES) {
      const { handle, messages } = adapter.at(name);
      const server = createServer(messages, (request, response) => {
        response.once('close', () => labels.push(endpointOf(response).label));
        handle(request, response);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      bases.set(name, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      startedServers.push(server);
    }
  });
  afterAll(() => startedServers.forEach((server) => server.close()));
  beforeEach(() => {
    labels.length = 0;
  });

  const ask = (listener: Listener, method: string, target: string, word = 'open') =>
    send({ base: bases.get(listener) ?? '', method, target, headers: [['X-Word', word]] });

  it('does all that is declared at a handler, parameters of Express among it', async () => {
    const reply = await ask('public', 'POST', '/declared?size=small');
    expect([reply.status, reply.headers['x-declared'], reply.json()]).toEqual([
      202,
      'yes',
      { inBrackets: { size: 'SMALL', word: 'open', address: '127.0.0.1', method: 'POST' } },
    ]);
  });

  it('does the same behind a path with parameters', async () => {
    const reply = await ask('public', 'GET', '/declared/params/x');
    expect(reply.json()).toEqual({ inBrackets: { name: 'X' } });
    expect((await ask('public', 'GET', '/declared/params/x', 'shut')).status).toBe(418);
  });

  it.each([
    ['/declared/params/a%2Fb%20c?size=small', 'A/B C'],
    ['/declared/params/:name', ':NAME'],
    ['/declared/params/..#x', '..'],
  ])('decodes the parameter of %s, once and after the path was cut', async (target, name) => {
    expect((await ask('public', 'GET', target)).json()).toEqual({ inBrackets: { name } });
    expect(labels).toEqual(['declared']);
  });

  it('ends the connection where Express tells of an error of a file, and the process goes on', async () => {
    const asked = ask('public', 'GET', '/open/file');
    await expect(asked).rejects.toThrow(/socket hang up|closed|ECONNRESET/);
    expect((await ask('public', 'GET', '/open')).status).toBe(200);
  });

  it('asks the guard first, and leaves refusals to the filter', async () => {
    const reply = await ask('public', 'POST', '/declared', 'shut');
    expect([reply.status, reply.text]).toEqual([418, 'refused']);
  });

  it.each<[Listener, string, string, number, string]>([
    ['public', 'GET', '/open', 200, 'open'],
    ['admin', 'GET', '/open?a=b', 200, 'open'],
    ['admin', 'HEAD', '/open', 200, 'open'],
    ['public', 'GET', '/open#fragment?a=b', 200, 'open'],
    ['public', 'POST', '/open', 404, 'other'],
    ['public', 'GET', '/open/', 404, 'other'],
    ['public', 'GET', '/Open', 404, 'other'],
    ['public', 'GET', '/%6fpen', 404, 'other'],
    ['public', 'GET', '//open', 404, 'other'],
    ['admin', 'POST', '/declared', 404, 'other'],
    ['admin', 'GET', '/declared/params/x', 404, 'other'],
    ['admin', 'GET', '/declared/params/%ff', 404, 'other'],
    ['public', 'GET', '/declared/params/%ff', 404, 'other'],
    ['public', 'GET', '/declared/params/', 404, 'other'],
    ['public', 'GET', '/declared/params/x/', 404, 'other'],
    ['public', 'GET', '/declared/Params/x', 404, 'other'],
    ['public', 'DELETE', '/declared/params/x', 404, 'other'],
    ['admin', 'DELETE', '/open/below', 200, 'below'],
    ['admin', 'PUT', '/open/below/%ff/..?x', 200, 'below'],
    ['admin', 'PUT', '/open/belows', 404, 'other'],
    ['public', 'GET', '/open/below', 404, 'other'],
  ])('%s %s %s: %i, counted as %s', async (listener, method, target, status, label) => {
    const reply = await ask(listener, method, target);
    expect([reply.status, labels]).toEqual([status, [label]]);
    if (label === 'below') expect(reply.text).toBe(target);
  });

  it('finds exact paths before Express is asked, and Express where it must', async () => {
    const router = adapter.at('public').express.router as unknown as { handle: () => void };
    const handle = jest.spyOn(router, 'handle');
    await ask('public', 'POST', '/declared?size=small');
    await ask('public', 'GET', '/open#fragment');
    await ask('public', 'GET', '/nothing-here');
    await ask('public', 'GET', '/declared/params/x');
    expect(handle).not.toHaveBeenCalled();
    await ask('public', 'HEAD', '/open');
    await ask('public', 'HEAD', '/declared/params/x');
    expect(handle).toHaveBeenCalledTimes(2);
    handle.mockRestore();
  });

  it('starts with no middleware, which exact paths would not go through', async () => {
    const app = await started(new ExactPathAdapter());
    expect(() => app.use(() => undefined)).toThrow('Middleware does not reach every endpoint');
    await app.close();
  });
});
