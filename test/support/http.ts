/**
 * Plain HTTP for the tests. It sends requests byte for byte, follows no redirects, decompresses nothing, and has a
 * timeout.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { PATIENCE_MS } from './eventually.js';

export interface HttpRequest {
  /** Origin to connect to, such as `http://127.0.0.1:3000`. */
  base: string;
  method?: string | undefined;
  /** Path and query, sent as is. */
  target?: string | undefined;
  /** Name and value in the given case; repeated names are sent repeatedly. */
  headers?: readonly (readonly [string, string])[] | undefined;
  body?: string | Buffer | undefined;
  timeoutMs?: number | undefined;
}

export interface HttpReply {
  status: number;
  /** Lower-case names; values of repeated fields are joined by `, `. */
  headers: Record<string, string | undefined>;
  /** Name and value in the order and case of the response. */
  rawHeaders: [string, string][];
  text: string;
  /** The body parsed as `application/x-www-form-urlencoded`. Throws if a name is repeated. */
  form(): Record<string, string>;
  json<T = any>(): T; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests probe replies of any shape
}

/** Sends one request on its own connection and reads the whole reply. */
export function send(wanted: HttpRequest): Promise<HttpReply> {
  const { base, method = 'GET', target = '/', body, timeoutMs = PATIENCE_MS } = wanted;
  const origin = new URL(base);
  const given = wanted.headers ?? [];
  const has = (name: string): boolean => given.some(([other]) => other.toLowerCase() === name);
  const headers: string[] = given.flat();
  if (!has('host')) headers.push('Host', origin.host);
  if (!has('content-length') && !has('transfer-encoding')) {
    if (body !== undefined) headers.push('Content-Length', String(Buffer.byteLength(body)));
    else if (!['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method)) {
      headers.push('Content-Length', '0');
    }
  }
  if (!has('connection')) headers.push('Connection', 'close');
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: origin.hostname.replace(/^\[|\]$/g, ''),
      port: origin.port || 80,
      method,
      path: target,
      headers,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve(reply(incoming.statusCode ?? 0, incoming.rawHeaders, Buffer.concat(chunks)));
      });
    });
    outgoing.end(body);
  });
}

function reply(status: number, flatHeaders: string[], body: Buffer): HttpReply {
  const rawHeaders: [string, string][] = [];
  for (let i = 0; i + 1 < flatHeaders.length; i += 2) {
    rawHeaders.push([flatHeaders[i] ?? '', flatHeaders[i + 1] ?? '']);
  }
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of rawHeaders) {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  const text = body.toString('utf8');
  return {
    status,
    headers,
    rawHeaders,
    text,
    form() {
      const pairs = [...new URLSearchParams(text)];
      const record = Object.fromEntries(pairs);
      if (Object.keys(record).length !== pairs.length) throw new Error(`repeated name in ${text}`);
      return record;
    },
    json: () => JSON.parse(text),
  };
}

/**
 * Writes bytes to a TCP port and returns all that it receives until the other side closes, or is silent for
 * `quietMs`. For requests that an HTTP client would refuse to send.
 */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  { host = '127.0.0.1', quietMs = 2_000 }: { host?: string; quietMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host });
    const finish = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.setTimeout(quietMs, finish);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', finish);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server may reset the connection right after it answers malformed bytes.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish();
      else reject(error);
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}
