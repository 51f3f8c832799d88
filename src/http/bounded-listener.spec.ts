import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PATIENCE_MS } from '../../test/support/eventually.js';
import { boundListener, type BoundedListener, type ListenerBounds } from './bounded-listener.js';
import type { RejectionReason } from './rejection-reason.js';

const request = (target: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

describe('a bounded listener', () => {
  let server: Server;
  let bounded: BoundedListener;
  let onRejected: RejectionReason[];
  let clients: Socket[];
  let held: ServerResponse[];
  let served: string[];

  const handle: RequestListener = (incoming, response) => {
    const { url = '' } = incoming;
    served.push(url);
    if (url.startsWith('/hold')) held.push(response);
    else if (url.startsWith('/large')) response.end(Buffer.alloc(32 * 1024 * 1024));
    else if (url.startsWith('/last')) {
      response.setHeader('Connection', 'close').end(Buffer.alloc(32 * 1024 * 1024));
    } else response.writeHead(url.startsWith('/refused') ? 401 : 200).end('done');
  };

  async function start(bounds: Partial<ListenerBounds> = {}): Promise<void> {
    server = createServer({ keepAliveTimeout: 5_000 }, (incoming, response) => {
      if (bounded.admit(response)) handle(incoming, response);
    });
    bounded = boundListener(
      server,
      {
        connections: 100,
        requestsInFlight: 10,
        bodies: { mostUnasked: 64 * 1024, chunks: { few: 256, octetsPerChunk: 128 } },
        silenceMs: 10_000,
        probes: '/health/',
        isGenuine: ({ req }) => req.url?.startsWith('/signed/') === true,
        ...bounds,
      },
      (why) => onRejected.push(why),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  /** A connection, and all that came by it so far. */
  function open() {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const heard = { text: '', isOver: false };
    socket.on('data', (chunk: Buffer) => (heard.text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.once('close', () => (heard.isOver = true));
    clients.push(socket);
    return { socket, heard };
  }

  async function until(isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isSo() && performance.now() < deadline) await sleep(5);
    expect(isSo()).toBe(true);
  }

  const answers = ({ text }: { text: string }) =>
    [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

  beforeEach(() => {
    [onRejected, clients, held, served] = [[], [], [], []];
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('reads from a new connection when its turn has come, while there is too much to do', async () => {
    await start();
    server.on('request', () => {
      for (const over = performance.now() + 8; performance.now() < over;);
    });
    for (let n = 0; n < 12; n += 1) {
      const { socket } = open();
      socket.on('data', () => socket.write(request('/again')));
      socket.write(request('/again'));
    }
    await until(() => bounded.connectionsWaiting >= 11);
    let servedBefore = 0;
    server.once('connection', () => (servedBefore = served.length));
    open().socket.write(request('/new'));
    await until(() => served.includes('/new'));
    expect(served.indexOf('/new') - servedBefore).toBeGreaterThanOrEqual(8);
  });

  it('bears a handler that writes an answer after the listener has given one', async () => {
    await start();
    const { socket } = open();
    socket.pause().write(request('/large'));
    await until(() => served.length === 1);
    socket.write(request('/hold', 'Transfer-Encoding: chunked\r\n') + '1\r\na\r\n'.repeat(400));
    await until(() => onRejected.length === 1);
    expect([held[0]?.listenerCount('error'), onRejected]).toEqual([1, ['small_chunks']]);
    held[0]?.write('late');
  });

  describe('one request at a time per connection', () => {
    it('answers the first of 2,000 that come at once, hands out no other, and ends the connection', async () => {
      await start();
      const { socket, heard } = open();
      socket.write(request('/hold') + request('/never').repeat(2_000));
      await until(() => held.length === 1);
      await sleep(50);
      expect(bounded.requestsInFlight).toBe(1);
      held[0]?.end('done');
      await until(() => heard.isOver);
      expect(answers(heard)).toEqual([200]);
      expect(heard.text).toContain('Connection: close');
      expect([served, onRejected]).toEqual([['/hold'], ['pipelined']]);
    });

    it('also when each is answered in the moment it comes', async () => {
      await start();
      const { socket, heard } = open();
      socket.write(request('/now').repeat(500));
      await until(() => heard.isOver);
      expect([answers(heard), served]).toEqual([[200], ['/now']]);
    });

    it('also when the first has sent its head already, and when it has a body', async () => {
      await start();
      const [one, other] = [open(), open()];
      one.socket.write(request('/hold/head'));
      await until(() => held.length === 1);
      held[0]?.write('begun, ');
      await until(() => one.heard.text.includes('begun'));
      one.socket.write(request('/never'));
      await until(() => onRejected.length === 1);
      held[0]?.end('and done');
      await until(() => one.heard.isOver);
      expect(one.heard.text).toContain('and done');
      other.socket.write(
        `${request('/hold/body', 'Content-Length: 4\r\n')}body${request('/never')}`,
      );
      await until(() => held.length === 2);
      held[1]?.end('done');
      await until(() => other.heard.isOver);
      expect([answers(other.heard), served]).toEqual([[200], ['/hold/head', '/hold/body']]);
    });

    it('also when Node answers by itself', async () => {
      await start();
      const { socket, heard } = open();
      socket.write('GET /no-host HTTP/1.1\r\n\r\n'.repeat(500));
      await until(() => heard.isOver);
      expect([answers(heard), served]).toEqual([[400], []]);
    });

    it('serves the next one after the answer, as often as it comes', async () => {
      await start();
      const { socket, heard } = open();
      for (let n = 1; n <= 200; n += 1) {
        socket.write(request(n % 2 ? '/signed/echo' : '/refused'));
        await until(() => answers(heard).length === n);
      }
      expect([heard.isOver, onRejected]).toEqual([false, []]);
    });

    it('serves the next one too, when the whole of a large answer was taken a moment ago', async () => {
      await start();
      const { socket, heard } = open();
      for (let n = 1; n <= 5; n += 1) {
        const expected = heard.text.length + 32 * 1024 * 1024;
        socket.write(request('/large'));
        await until(() => heard.text.length > expected);
      }
      expect([heard.isOver, onRejected]).toEqual([false, []]);
    });
  });

  describe('requests in flight', () => {
    it('beyond the bound: 503 with Retry-After before the body, and the connection ends', async () => {
      await start({ requestsInFlight: 2 });
      const holding = [open(), open()];
      for (const { socket } of holding) {
        socket.write(request('/hold', 'Content-Length: 60000\r\n'));
      }
      await until(() => held.length === 2);
      const { socket, heard } = open();
      socket.write(request('/one-too-many', 'Content-Length: 60000\r\n'));
      await until(() => heard.isOver);
      expect(answers(heard)).toEqual([503]);
      expect(heard.text).toMatch(/\r\nRetry-After: 1\r\n/);
      expect([served, onRejected]).toEqual([['/hold', '/hold'], ['in_flight']]);
      const probe = open();
      probe.socket.write(request('/health/live'));
      await until(() => answers(probe.heard)[0] === 200);
      held[0]?.writeHead(200, { Connection: 'close' }).end('done');
      const next = open();
      await until(() => bounded.requestsInFlight === 1);
      next.socket.write(request('/now'));
      await until(() => answers(next.heard)[0] === 200);
    });

    it('gives a place back when the caller goes away', async () => {
      await start({ requestsInFlight: 1 });
      const { socket } = open();
      socket.write(request('/hold'));
      await until(() => bounded.requestsInFlight === 1);
      socket.destroy();
      await until(() => bounded.requestsInFlight === 0);
    });

    it('of a large room strangers cannot take the last places', async () => {
      await start({ requestsInFlight: 64 });
      const genuine = open();
      genuine.socket.write(request('/signed/echo'));
      await until(() => answers(genuine.heard).length === 1);
      for (let n = 0; n < 70; n += 1) open().socket.write(request('/hold'));
      await until(() => held.length === 56 && onRejected.length === 14);
      genuine.socket.write(request('/signed/echo'));
      await until(() => answers(genuine.heard).length === 2);
      expect(answers(genuine.heard)).toEqual([200, 200]);
    });
  });

  it('takes so many connections, and no more', async () => {
    await start({ connections: 2 });
    const [one, other] = [open(), open()];
    for (const { socket } of [one, other]) socket.write(request('/now'));
    await until(() => answers(one.heard).length + answers(other.heard).length === 2);
    const third = open();
    await until(() => third.heard.isOver);
    expect(onRejected).toEqual(['connections']);
    one.socket.destroy();
    const connections = promisify(server.getConnections.bind(server));
    while ((await connections()) === 2) await sleep(5);
    const fourth = open();
    fourth.socket.write(request('/now'));
    await until(() => answers(fourth.heard)[0] === 200);
  });

  it('ends a connection whose answer is not taken', async () => {
    await start({ silenceMs: 300 });
    const { socket, heard } = open();
    socket.pause();
    socket.write(request('/large'));
    await until(() => onRejected.length === 1);
    expect(onRejected).toEqual(['slow_reader']);
    await until(() => bounded.requestsInFlight === 0);
    expect(heard.isOver).toBe(false);
  });

  it('gives the place back of a request behind the last answer of a connection', async () => {
    await start();
    const { socket } = open();
    socket.pause();
    socket.write(request('/last'));
    await until(() => served.length === 1);
    socket.write(request('/hold'));
    await until(() => onRejected.length === 1);
    expect([onRejected, served]).toEqual([['pipelined'], ['/last']]);
    socket.destroy();
    await until(() => bounded.requestsInFlight === 0);
  });

  it('ends a connection that is to end, whatever its client goes on sending', async () => {
    await start({ silenceMs: 300 });
    const { socket } = open();
    socket.pause();
    socket.write(request('/large'));
    await until(() => served.length === 1);
    const sending = setInterval(() => socket.write(request('/now')), 50);
    await until(() => onRejected.includes('pipelined'));
    await until(() => bounded.requestsInFlight === 0);
    clearInterval(sending);
    expect(onRejected).toEqual(['pipelined']);
  });

  it('bears a reader that is slow but takes something', async () => {
    // Reader and server share this process's event loop: a stall of it must be far below the silence.
    const silenceMs = 1_500;
    await start({ silenceMs });
    const { socket, heard } = open();
    const startedAt = performance.now();
    socket.pause();
    const stutter = setInterval(() => {
      if (socket.listenerCount('data') > 1) return;
      const enough = heard.text.length + 2 * 1024 * 1024;
      const taking = () => heard.text.length >= enough && socket.pause().off('data', taking);
      socket.on('data', taking);
      socket.resume();
    }, 300);
    socket.write(request('/large'));
    await until(() => heard.text.length > 32 * 1024 * 1024);
    clearInterval(stutter);
    expect(performance.now() - startedAt).toBeGreaterThan(2 * silenceMs);
    expect(onRejected).toEqual([]);
  });
});
