import Negotiator from 'negotiator';
import type { IncomingMessage, ServerResponse } from 'node:http';

const JSON_TYPE = 'application/json';
/** More ranges than any client sends; what stands behind them is not read. */
const RANGES_MAX = 32;

/** Whether the client takes JSON (RFC 9110 section 12.5.1). */
export function acceptsJson({ headers }: IncomingMessage): boolean {
  const accept = headers.accept?.trim();
  if (!accept || accept === '*/*') return true;
  const bounded = { accept: accept.split(',', RANGES_MAX).join(',') };
  return new Negotiator({ headers: bounded }).mediaType([JSON_TYPE]) !== undefined;
}

/** Sends JSON that is for nobody but who asked. */
export function sendPrivateJson(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response
    .writeHead(200, {
      'Content-Type': JSON_TYPE,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body);
}
