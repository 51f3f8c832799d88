import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived, raw. */
export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  /** Name and value, in the order and case in which they came. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** An API that remembers what reached it, and answers 200 to everything. */
export interface RecordingApi {
  /** host:port */
  readonly address: string;
  /** What arrived since the last call. */
  taken(): RecordedRequest[];
  stop(): Promise<void>;
}

/** Starts it on a free port of the loopback. */
export async function startRecordingApi(): Promise<RecordingApi> {
  let recorded: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    request.on('end', () => {
      const { method = '', url: target = '', rawHeaders } = request;
      const headers = rawHeaders.flatMap((name, index): [string, string][] =>
        index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
      );
      recorded.push({ method, target, headers, body });
      response.writeHead(200, { 'Content-Type': 'text/plain' }).end('the API');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
