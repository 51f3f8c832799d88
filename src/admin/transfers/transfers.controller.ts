import type { AuditActor } from '../../audit/audit-event.js';
import { Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { allowLongBody } from '../../http/body-time.js';
import { HttpRefusal } from '../../http/http-refusal.js';
import { Problem } from '../../http/problem-details.js';
import { ImportRecords } from '../../transfer/import-records.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { unauthorized } from '../../admin-http/assert-allowed.js';
import { Actor, callerOf } from '../../admin-http/caller-of.js';
import { Callers } from '../../callers/callers.js';
import { StreamedBody } from '../../admin-http/streamed-body.js';
import { TakesQuery } from '../../admin-http/takes-query.js';
import { ExportDownload, NDJSON } from './export-download.js';

const NDJSON_TYPE = /^application\/(x-ndjson|jsonl)[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?;?$/i;
const YES_OR_NO = { message: 'must be true or false' };

/** The options of an import. */
export class ImportQuery {
  /** Whether to validate the file only, and change nothing. */
  @IsOptional()
  @IsIn(['true', 'false'], YES_OR_NO)
  dryRun?: string;
}

/** The options of an export. */
export class ExportQuery {
  /** Whether the export contains secrets. */
  @IsOptional()
  @IsIn(['true', 'false'], YES_OR_NO)
  secrets?: string;
}

/** Consumers and access tokens as files, one JSON object a line. */
@AdminController('')
export class TransfersController {
  constructor(
    private readonly imports: ImportRecords,
    private readonly download: ExportDownload,
    private readonly callers: Callers,
  ) {}

  @Post('import')
  @Roles()
  @TakesQuery(ImportQuery)
  @StreamedBody()
  @HttpCode(200)
  async import(
    @Req() request: IncomingMessage,
    @Query() query: ImportQuery,
    @Actor() actor: AuditActor,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<{ dryRun: boolean; consumers: number; tokens: number }> {
    if (!NDJSON_TYPE.test(request.headers['content-type'] ?? '')) {
      throw new Problem(
        'unsupported_media_type',
        `Send lines of JSON, as Content-Type: ${NDJSON}.`,
      );
    }
    allowLongBody(request, response);
    const dryRun = query.dryRun === 'true';
    try {
      const source = { chunks: wholeBody(request) };
      const order = { actor, dryRun, assertStanding: () => this.assertStanding(request) };
      const { consumers, tokens } = await this.imports.run(source, order);
      return { dryRun, consumers, tokens };
    } finally {
      if (!request.complete && !response.headersSent) response.setHeader('Connection', 'close');
    }
  }

  /** A file may arrive over hours; the caller's key may be deleted meanwhile. */
  private async assertStanding(request: IncomingMessage): Promise<void> {
    const caller = callerOf(request);
    const standing = caller && (await this.callers.standing(caller));
    if (!standing?.roles.includes('admin')) throw unauthorized('The key is not valid any more.');
  }

  @Get('export')
  @Roles()
  @TakesQuery(ExportQuery)
  async export(
    @Query() query: ExportQuery,
    @Actor() actor: AuditActor,
    @Res() response: ServerResponse,
  ): Promise<void> {
    await this.download.send({ actor, secrets: query.secrets === 'true' }, response);
  }
}

/** @throws HttpRefusal 400 when the body is cut short */
async function* wholeBody(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // The stream must not be destroyed, because a refusal is sent over the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch {
    throw new HttpRefusal(400, 'The body ended early.');
  }
}
