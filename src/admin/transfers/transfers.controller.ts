import type { AuditActor } from '../../audit/audit-event.js';
import { Get, HttpCode, Logger, Post, Query, Req, Res } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorFields } from '../../failures/error-fields.js';
import { allowLongBody } from '../../http/body-time.js';
import { HttpRefusal } from '../../http/http-refusal.js';
import { Problem } from '../../http/problem-details.js';
import { ExportRecords } from '../../transfer/export-records.js';
import { ImportRecords } from '../../transfer/import-records.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import { StreamedBody } from '../../admin-http/streamed-body.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const NDJSON = 'application/x-ndjson';
const NDJSON_TYPE = /^application\/(x-ndjson|jsonl)[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?;?$/i;
/** Shorter than PostgreSQL lets a transaction idle (database/data-source.ts). */
const READER_RESTS_MS = 8_000;
/** Each holds a connection of the pool for as long as it lasts; the others are for requests. */
const EXPORTS_AT_ONCE = 1;
const YES_OR_NO = { message: 'must be true or false' };

/** How a file is to be imported. */
export class ImportQuery {
  /** Whether only to look. */
  @IsOptional()
  @IsIn(['true', 'false'], YES_OR_NO)
  dryRun?: string;
}

/** What is to be exported. */
export class ExportQuery {
  /** Whether secrets are told. */
  @IsOptional()
  @IsIn(['true', 'false'], YES_OR_NO)
  secrets?: string;
}

/** Consumers and access tokens as files, one JSON object a line. */
@AdminController('')
export class TransfersController {
  private readonly logger = new Logger('Export');
  private exportsUnderWay = 0;

  constructor(
    private readonly imports: ImportRecords,
    private readonly exports: ExportRecords,
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
    allowLongBody(request);
    const dryRun = query.dryRun === 'true';
    try {
      const source = { chunks: wholeBody(request) };
      const { consumers, tokens } = await this.imports.run(source, { actor, dryRun });
      return { dryRun, consumers, tokens };
    } finally {
      if (!request.complete) response.setHeader('Connection', 'close');
    }
  }

  /** An error after the first line cuts the connection: what came is not taken for the whole. */
  @Get('export')
  @Roles()
  @TakesQuery(ExportQuery)
  async export(
    @Query() query: ExportQuery,
    @Actor() actor: AuditActor,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const secrets = query.secrets === 'true';
    if (this.exportsUnderWay >= EXPORTS_AT_ONCE) {
      throw new Problem('request_in_flight', 'Another export is being written.', {
        headers: { 'Retry-After': '10' },
      });
    }
    this.exportsUnderWay += 1;
    try {
      await this.exports.run({ actor, secrets }, async (lines) => {
        if (!response.headersSent) {
          response.setHeader('Content-Type', NDJSON);
          response.setHeader('Content-Disposition', 'attachment; filename="oauth10.ndjson"');
        }
        if (!response.write(lines)) await drained(response);
      });
      response.end();
    } catch (error) {
      if (!response.headersSent) throw error;
      this.logger.warn('Export aborted', errorFields(error));
      response.destroy();
    } finally {
      this.exportsUnderWay -= 1;
    }
  }
}

/** @throws HttpRefusal 400 when the body is cut short */
async function* wholeBody(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // A refusal must still find its way back, over the connection that the rest would come by.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch {
    throw new HttpRefusal(400, 'The body ended early.');
  }
}

/** Resolves when the reader has taken what was written. @throws Error when it has gone, or rests too long */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (fault?: string): void => {
      clearTimeout(patience);
      response.off('drain', onDrain).off('close', onClose);
      if (fault === undefined) resolve();
      else reject(new Error(fault));
    };
    const onDrain = () => settle();
    const onClose = () => settle('the reader has gone');
    const patience = setTimeout(() => settle('the reader rested too long'), READER_RESTS_MS);
    response.once('drain', onDrain).once('close', onClose);
    if (response.closed) onClose();
  });
}
