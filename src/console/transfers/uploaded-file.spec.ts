import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { takeUpload } from './uploaded-file.js';

describe('an uploaded file', () => {
  it('whose client has gone before it is read is refused, and not waited for', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    try {
      socket.write(
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
          'Content-Length: 9\r\n\r\n--b\r\n',
      );
      const [request, response] = (await once(server, 'request')) as [
        IncomingMessage,
        ServerResponse,
      ];
      request.on('error', () => undefined);
      socket.destroy();
      await once(request, 'close').catch(() => undefined);
      const taken = takeUpload(
        request,
        response,
        () => true,
        () => Promise.resolve(),
      );
      await expect(taken).rejects.toMatchObject({ reason: 'forged' });
    } finally {
      socket.destroy();
      server.close();
    }
  });
});
