import { connect } from 'node:net';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 15_000;
/** The service checks once a second. A busy machine may take longer. */
const PATIENCE_MS = 6_000;

const head = (listener: 'public' | 'admin') =>
  `POST ${listener === 'public' ? '/oauth/oauth10/initiate' : '/verify'} HTTP/1.1\r\nHost: x\r\n`;
const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n';

describe('connections that are slow on purpose are cut, on both listeners', () => {
  const { service } = serviceForAllTests();

  /** How long the service keeps the connection, and the start of its answer. */
  function slow(base: string, first: string, drip?: string): Promise<[number, string]> {
    const startedAt = Date.now();
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write(first);
    const dripping = setInterval(() => drip && socket.writable && socket.write(drip), 250);
    const giveUp = setTimeout(() => socket.destroy(), REQUEST_WITHIN_MS + 2 * PATIENCE_MS);
    return new Promise((resolve) => {
      socket.once('close', () => {
        clearInterval(dripping);
        clearTimeout(giveUp);
        resolve([Date.now() - startedAt, heard.slice(0, 12)]);
      });
    });
  }

  it('nothing or half a header: after 10 s; half a body: after 15 s; others are served', async () => {
    const within = (limitMs: number, [tookMs]: [number, string]) => {
      expect(tookMs).toBeGreaterThan(limitMs - 1_000);
      expect(tookMs).toBeLessThan(limitMs + PATIENCE_MS);
    };
    const both = (['public', 'admin'] as const).map((listener) => {
      const base = listener === 'public' ? service.publicBase : service.adminBase;
      return Promise.all([
        slow(base, ''),
        slow(base, `${head(listener)}X-Slow: `, 'x'),
        slow(base, head(listener) + form, 'a'),
      ]);
    });
    const live = await send({ base: service.publicBase, target: '/health/live' });
    expect(live.status).toBe(200);
    for (const [silent, header, body] of await Promise.all(both)) {
      within(HEADERS_WITHIN_MS, silent);
      within(HEADERS_WITHIN_MS, header);
      expect(header[1]).toBe('HTTP/1.1 408');
      within(REQUEST_WITHIN_MS, body);
    }
  });
});
