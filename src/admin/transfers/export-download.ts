import { Injectable, Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { errorFields } from '../../failures/error-fields.js';
import { Problem } from '../../http/problem-details.js';
import { ExportRecords, type ExportOrder } from '../../transfer/export-records.js';

export const NDJSON = 'application/x-ndjson';
/** Shorter than PostgreSQL's limit for an idle transaction (database/data-source.ts). */
const READER_RESTS_MS = 8_000;
/** An export holds a connection of the pool until it ends; the other connections are for requests. */
const EXPORTS_AT_ONCE = 1;

/** Sends an export, for the admin API and the console. */
@Injectable()
export class ExportDownload {
  private readonly logger = new Logger('Export');
  private underWay = 0;

  constructor(private readonly exports: ExportRecords) {}

  /**
   * Sends all lines. An error after the first line closes the connection, so that the client does not take the
   * part for the whole file.
   *
   * @throws Problem request_in_flight while another export runs; StoreUnavailable, SealBroken before the first
   *   line
   */
  async send(order: ExportOrder, response: ServerResponse): Promise<void> {
    if (this.underWay >= EXPORTS_AT_ONCE) {
      throw new Problem('request_in_flight', 'Another export is being written.', {
        headers: { 'Retry-After': '10' },
      });
    }
    this.underWay += 1;
    try {
      await this.exports.run(order, async (lines) => {
        if (response.writableEnded) throw new Error('the listener has answered');
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
      this.underWay -= 1;
    }
  }
}

/** Resolves when the client has read what was written. @throws Error when it disconnects, or stops reading */
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
