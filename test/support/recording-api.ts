import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the API received it. */
export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  /** Name and value in the order and case received. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** An API that records the requests it receives and answers 200 to all of them. */
export interface RecordingApi {
  /** host:port */
  readonly address: string;
  /** The requests received since the last call. */
  taken(): RecordedRequest[];
  stop(): Promise<void>;
}

/** Starts the API on a free loopback port. */
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
