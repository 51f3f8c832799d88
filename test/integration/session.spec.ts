import { createServer, type AddressInfo, type Server } from 'node:net';
import { DataSource } from 'typeorm';
import { connectorOf, dataSourceOptions } from '../../src/database/data-source.js';
import { isStoreUnavailable } from '../../src/failures/store-unavailable.js';

/** A message of the PostgreSQL protocol: a type letter, the length, and the content. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const OVER = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

describe('a server that says ready and over by one packet', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, OVER])));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `postgres://x:x@127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('is refused where channel_binding=require, as it asked for no proof', async () => {
    const options = dataSourceOptions({ databasePoolSize: 1 }, `${url}?channel_binding=require`);
    await expect(connectorOf(options).connect()).rejects.toThrow('channel_binding=require');
  });

  it('is one that is out of reach for now, and does not end the process', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('uncaughtException', hear);
    try {
      const options = dataSourceOptions({ databasePoolSize: 1 }, url);
      const attempt = new DataSource(options).initialize();
      const error: unknown = await attempt.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect([isStoreUnavailable(error), unheard]).toEqual([true, []]);
    } finally {
      process.off('uncaughtException', hear);
    }
  });
});
