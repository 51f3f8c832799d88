import Negotiator from 'negotiator';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptRanges } from '../http/accept-ranges.js';

const JSON_TYPE = 'application/json';
/** Whether the client accepts JSON (RFC 9110 section 12.5.1). */
export function acceptsJson({ headers }: IncomingMessage): boolean {
  const ranges = acceptRanges(headers);
  if (ranges === undefined) return true;
  const negotiator = new Negotiator({ headers: { accept: ranges.join(',') } });
  return negotiator.mediaType([JSON_TYPE]) !== undefined;
}

/** Sends JSON that no cache may store. */
export function sendPrivateJson(
  response: ServerResponse,
  value: unknown,
  type: string = JSON_TYPE,
): void {
  const body = JSON.stringify(value);
  response
    .writeHead(200, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body);
}
