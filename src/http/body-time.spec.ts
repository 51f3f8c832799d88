import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { allowLongBody } from './body-time.js';

describe('a long body', () => {
  it('whose end comes behind the answer leaves the kept connection its time', async () => {
    const server = createServer({ keepAliveTimeout: 200 }, (request, response) => {
      allowLongBody(request, response);
      response.end('early', () => request.resume());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
    try {
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na');
      await once(socket, 'data');
      socket.write('b');
      // Node adds a second to the time of a kept connection.
      const timeout = AbortSignal.timeout(4_000);
      await expect(once(socket, 'close', { signal: timeout })).resolves.toBeDefined();
    } finally {
      socket.destroy();
      server.close();
    }
  });
});
