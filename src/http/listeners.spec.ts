import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { eventually } from '../../test/support/eventually.js';
import { allowLongBody } from './body-time.js';
import { createListener, LISTENERS } from './listeners.js';
import { readBody } from './request-body.js';

describe('a body on the admin listener', () => {
  const LINE = '{"type":"consumer","consumerKey":"k","consumerSecret":"s","name":"n"}\n';
  const CHUNK = `${LINE.length.toString(16)}\r\n${LINE}\r\n`;

  it('waits for its handler within its limit, also with a line of 70 octets in each chunk', async () => {
    const rejected: string[] = [];
    let request: IncomingMessage | undefined;
    let read: number | undefined;
    let start: (() => void) | undefined;
    const server = createListener(
      'admin',
      {
        messages: { IncomingMessage, ServerResponse },
        handle: (incoming, response) => {
          request = incoming;
          start = () => {
            allowLongBody(incoming, response);
            void readBody(incoming, 1024 * 1024).then(({ length }) => {
              read = length;
              response.end();
            });
          };
        },
      },
      () => false,
      () => undefined,
      {
        connections: 10,
        requestsInFlight: 10,
        onRejected: (why) => rejected.push(why),
        watch: () => undefined,
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    try {
      client.write(
        `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNK.repeat(5_000)}0\r\n\r\n`,
      );
      const waiting = () => Promise.resolve(request?.readableLength ?? 0);
      expect(await eventually(waiting, (octets) => octets >= 60_000)).toBeLessThanOrEqual(
        LISTENERS.admin.bodies.mostUnasked,
      );
      // What is above the limit would have been read by now.
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await waiting()).toBeLessThanOrEqual(LISTENERS.admin.bodies.mostUnasked);
      start?.();
      expect(
        await eventually(
          () => Promise.resolve(read),
          (length) => length !== undefined,
        ),
      ).toBe(5_000 * LINE.length);
      expect(rejected).toEqual([]);
    } finally {
      client.destroy();
      server.closeAllConnections();
      server.close();
    }
  });
});
