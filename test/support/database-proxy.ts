import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a database. Tests can cut and restore it. */
export interface DatabaseProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Delays the data from the database by this many milliseconds from now on. */
  delay(milliseconds: number): void;
  /** Keeps connections open and forwards nothing. */
  blackhole(): void;
  /** Forwards the next COMMIT of an audited change, drops its answer, and cuts that connection or all connections. */
  cutAtCommit(which: 'its own' | 'all'): void;
  mend(): void;
  /** Sends new connections to that database from now on; open connections stay. */
  leadTo(databaseUrl: string): void;
  close(): Promise<void>;
}

/** Starts the proxy on loopback. */
export async function proxyTo(databaseUrl: string): Promise<DatabaseProxy> {
  let target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  let delayMs = 0;
  let cutsAtCommit: 'its own' | 'all' | undefined;
  const breakAll = () => sockets.forEach((socket) => socket.destroy());
  const cut = () => {
    state = 'cut';
    breakAll();
  };
  const server = createServer((client) => {
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let isRecording = false;
    let isCommitting = false;
    client.on('data', (chunk: Buffer) => {
      isRecording ||= chunk.includes('audit_head');
      // pg ends the query text with a NUL. This excludes `BEGIN … READ COMMITTED`.
      isCommitting ||= cutsAtCommit !== undefined && isRecording && chunk.includes('COMMIT\0');
      if (state === 'open') upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isCommitting) {
        if (cutsAtCommit === 'all') cut();
        else client.destroy();
        cutsAtCommit = undefined;
        return;
      }
      setTimeout(() => state === 'open' && client.write(chunk), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cut,
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    cutAtCommit: (which) => {
      cutsAtCommit = which;
    },
    blackhole: () => {
      state = 'silent';
    },
    mend: () => {
      state = 'open';
      breakAll();
    },
    leadTo: (other) => {
      target = new URL(other);
    },
    close: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
