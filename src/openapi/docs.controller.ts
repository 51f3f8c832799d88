import {
  Controller,
  Get,
  NotFoundException,
  Param,
  Res,
  UseFilters,
  UseInterceptors,
} from '@nestjs/common';
import type { Response } from 'express';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Endpoint } from '../http/endpoint.decorator.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { AnswersAtOnce } from './answers-at-once.js';
import { openApiDocument } from './document.js';
import { problemPage } from './problem-page.js';
import { INITIALIZER, swaggerPage } from './swagger-page.js';

/** The files of Swagger UI that its page asks for, and what they are. */
const ASSETS: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

// Swagger UI styles its elements by attributes, and draws its icons as data URIs.
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What there is to call, for people and for programs. It needs no key: it holds no secret. */
@Controller('docs')
@Endpoint({ listener: 'admin', label: 'docs', guard: 'none' })
@UseFilters(new ProblemDetailsFilter(() => undefined))
@UseInterceptors(AnswersAtOnce)
export class DocsController {
  @Get()
  page(@Res() response: Response): void {
    sendPage(response, swaggerPage());
  }

  @Get('openapi.json')
  document(@Res() response: Response): void {
    response.setHeader('Cache-Control', 'no-cache').json(openApiDocument());
  }

  @Get('initializer.js')
  initializer(@Res() response: Response): void {
    response.type('text/javascript').setHeader('Cache-Control', 'no-cache').send(INITIALIZER);
  }

  @Get('problems/:code')
  problem(@Param('code') code: string, @Res() response: Response): void {
    const page = problemPage(code);
    if (page === undefined) throw new NotFoundException('No problem has this code.');
    sendPage(response, page);
  }

  @Get('assets/:name')
  async asset(@Param('name') name: string, @Res() response: Response): Promise<void> {
    const type = ASSETS.get(name);
    if (type === undefined) throw new NotFoundException('There is no such file.');
    response
      .type(type)
      .setHeader('Cache-Control', 'public, max-age=86400')
      .send(await fileOf(name));
  }
}

const require = createRequire(import.meta.url);
const files = new Map<string, Promise<Buffer>>();

/** One copy, however many are on their way. */
function fileOf(name: string): Promise<Buffer> {
  const known = files.get(name);
  if (known) return known;
  const file = readFile(require.resolve(`swagger-ui-dist/${name}`));
  files.set(name, file);
  // The next one tries again.
  file.catch(() => files.delete(name));
  return file;
}

function sendPage(response: Response, page: string): void {
  response
    .type('text/html')
    .set({
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': PAGE_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    .send(page);
}
