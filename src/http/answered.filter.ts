import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { ServerResponse } from 'node:http';

/**
 * Nest's own filter, for handlers without one. It sends nothing if the response has begun or the listener has
 * already answered (one-request-per-connection.ts).
 */
@Catch()
export class AnsweredFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (response.headersSent) response.destroy();
    else super.catch(error, host);
  }
}
