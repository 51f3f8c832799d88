import { createServer, type AddressInfo, type Socket } from 'node:net';
import { startBuiltService } from '../support/built-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';

describe('a collector of traces that is in trouble troubles nobody else', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());

  async function serveWith(collector: string): Promise<void> {
    const service = await startBuiltService(database.url, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    const startedAt = performance.now();
    for (let n = 0; n < 100; n += 1) {
      const target = '/oauth/oauth10/token';
      expect((await send({ base: service.publicBase, target })).status).toBe(401);
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    const stoppedAt = performance.now();
    await service.stop();
    // The last spans get two seconds. The rest of the shutdown takes a little longer.
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
  }

  it('one that is not there', () => serveWith('http://127.0.0.1:9'));

  it('one that takes all and never answers', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).resume();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      await serveWith(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
      expect(sockets.size).toBeGreaterThan(0);
    } finally {
      sockets.forEach((socket) => socket.destroy());
      silent.close();
    }
  });
});
