import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { ServerResponse } from 'node:http';

/**
 * Nest's own filter, for handlers that have none, but that it says nothing of a handler that comes too late: the
 * listener has answered already (one-request-per-connection.ts), or the answer has begun.
 */
@Catch()
export class AnsweredFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (response.headersSent) response.destroy();
    else super.catch(error, host);
  }
}
