import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { eventually } from '../../test/support/eventually.js';
import { boundListener, type BoundedListener } from './bounded-listener.js';
import type { HttpRefusal } from './http-refusal.js';
import { readBody } from './request-body.js';
import type { RejectionReason } from './rejection-reason.js';

const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const END = '0\r\n\r\n';
const head = (target: string, fields: string) =>
  `POST ${target} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
const chunk = (octets: number) => `${octets.toString(16)}\r\n${'a'.repeat(octets)}\r\n`;

describe('the pieces of a body', () => {
  let server: Server;
  let port: number;
  let rejected: RejectionReason[];
  let lengths: number[];
  let pieces: number;
  let probes: IncomingMessage[];
  let cut: number;
  let refusals: number[];
  let clients: Socket[];

  beforeEach(async () => {
    [rejected, lengths, pieces, cut, refusals, clients, probes] = [[], [], 0, 0, [], [], []];
    const state: { bounded?: BoundedListener } = {};
    server = createServer((request, response) => {
      if (!state.bounded?.admit(response)) return;
      if (request.url === '/health/ready') return void probes.push(request);
      if (request.url === '/begun') response.write('begun');
      else if (request.url === '/nowhere') {
        return void response.writeHead(404).end('nothing here');
      }
      const read = () =>
        readBody(request, request.url === '/long' ? 256 * 1024 : undefined).then(
          ({ length }) => {
            lengths.push(length);
            response.end('read');
          },
          (error: HttpRefusal) => {
            cut += 1;
            refusals.push(error.status);
            response.destroy();
          },
        );
      // Longer than it takes until all of the body has arrived.
      if (request.url === '/late') return void setTimeout(() => void read(), 200);
      request.on('data', () => (pieces += 1));
      void read();
    });
    const bounds = {
      connections: 10,
      requestsInFlight: 10,
      bodies: { mostUnasked: 64 * 1024, chunks: { few: 256, octetsPerChunk: 128 } },
      silenceMs: 60_000,
      probes: '/health/',
      isGenuine: () => false,
    };
    state.bounded = boundListener(server, bounds, (why) => rejected.push(why));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function open(octets: string) {
    const socket = connect(port, '127.0.0.1');
    const received = { socket, text: '', isOver: false };
    socket.on('data', (data: Buffer) => (received.text += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.once('close', () => (received.isOver = true));
    socket.write(octets);
    clients.push(socket);
    return received;
  }

  const over = (one: { isOver: boolean }) =>
    eventually(
      () => Promise.resolve(one.isOver),
      (isOver) => isOver,
    );
  const has = (one: { text: string }, part: string) =>
    eventually(
      () => Promise.resolve(one.text),
      (text) => text.includes(part),
    );

  it('of one octet each are refused before they cost anything, however many come', async () => {
    const one = open(head('/read', CHUNKED) + chunk(1).repeat(65_000) + END);
    await over(one);
    expect(one.text).toMatch(/^HTTP\/1\.1 400 .*Connection: close\r\n.*too many small chunks\.$/s);
    expect([rejected, lengths, cut]).toEqual([['small_chunks'], [], 1]);
    expect(pieces).toBeLessThan(300);
  });

  it.each([
    ['/read', ['400']],
    ['/begun', ['200']],
  ])(
    'are never taken for the whole, and nothing behind them is served: %s',
    async (target, answers) => {
      const next = head('/read', 'Content-Length: 1\r\n');
      const one = open(head(target, CHUNKED) + chunk(1));
      await eventually(
        () => Promise.resolve(pieces),
        (count) => count > 0,
      );
      one.socket.write(chunk(1).repeat(300) + END + next + 'a' + next + 'a');
      await over(one);
      expect([...one.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(
        answers,
      );
      expect([lengths, cut]).toEqual([[], 1]);
    },
  );

  it.each([
    ['chunks of one octet, while they are few', chunk(1).repeat(250), 250],
    ['chunks of 180 octets, up to the largest body', chunk(180).repeat(364), 65_520],
  ])('are read: %s', async (_, body, length) => {
    const one = open(head('/read', CHUNKED) + body + END);
    await has(one, 'read');
    // The count begins anew with each request of a connection.
    one.text = '';
    one.socket.write(head('/read', CHUNKED) + body + END);
    await has(one, 'read');
    expect([lengths, rejected, one.isOver]).toEqual([[length, length], [], false]);
  });

  it('that all came before their handler asked are refused by what it asks', async () => {
    const one = open(head('/late', CHUNKED) + chunk(1).repeat(250) + chunk(128).repeat(300) + END);
    await over(one);
    expect(one.text).toMatch(/^HTTP\/1\.1 400 .*too many small chunks\.$/s);
    expect([rejected, lengths, cut]).toEqual([['small_chunks'], [], 1]);
  });

  it('that are more than may wait for their handler end in 413, when it asks', async () => {
    const one = open(head('/late', CHUNKED) + chunk(1_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    one.socket.write(chunk(34_500) + chunk(34_500));
    await over(one);
    expect([rejected, lengths, refusals]).toEqual([['unread_body'], [], [413]]);
  });

  it('that come octet by octet, as small devices send, are read where the length is known', async () => {
    const one = open(head('/read', 'Content-Length: 400\r\n'));
    for (let n = 0; n < 400; n += 1) {
      await new Promise((resolve) => one.socket.write('a', () => setImmediate(resolve)));
    }
    await has(one, 'read');
    expect([lengths, rejected]).toEqual([[400], []]);
  });

  it('are read to the length that the handler has asked for', async () => {
    const length = 200 * 1024;
    const one = open(head('/long', `Content-Length: ${length}\r\n`) + 'a'.repeat(length));
    await has(one, 'read');
    expect([lengths, rejected]).toEqual([[length], []]);
  });

  it('are not kept with a probe, which has no place to give back', async () => {
    open(head('/health/ready', 'Content-Length: 60000\r\n') + 'a'.repeat(60_000));
    const probe = await eventually(
      () => Promise.resolve(probes[0]),
      (one) => one?.complete === true,
    );
    expect([probe?.complete, probe?.readableLength]).toEqual([true, 0]);
  });

  it('that no handler reads end the connection beyond the largest body, behind the answer', async () => {
    const one = open(head('/nowhere', `Content-Length: ${1 << 30}\r\n`));
    await has(one, 'nothing here');
    one.socket.write('a'.repeat(60_000));
    const other = open(head('/nowhere', CHUNKED) + chunk(1).repeat(100_000));
    await over(other);
    expect([one.isOver, rejected]).toEqual([false, ['small_chunks']]);
    one.socket.write('a'.repeat(60_000));
    await over(one);
    expect(rejected).toEqual(['small_chunks', 'unread_body']);
    expect(one.text).toContain('404 Not Found');
  });

  it('are bounded on a connection that has the parser of one that asked for a tunnel', async () => {
    const taken = new Set<unknown>();
    const isTakenAgain = new Promise<boolean>((resolve) => {
      server.on('connection', ({ parser }: Socket & { parser?: unknown }) => {
        if (taken.has(parser)) resolve(true);
        taken.add(parser);
      });
    });
    // Node gives the parser back at once, and closes the connection later: another may come in between.
    const other = Object.assign(
      new Duplex({ read: () => undefined, write: (_octets, _encoding, done) => done() }),
      { destroySoon: () => other.destroy() },
    ) as Duplex;
    server.once('connect', () => server.emit('connection', other));
    await over(open('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect(await isTakenAgain).toBe(true);
    other.push(head('/read', CHUNKED) + chunk(1).repeat(1_000) + END);
    await eventually(
      () => Promise.resolve(rejected.length),
      (count) => count > 0,
    );
    expect([rejected, lengths]).toEqual([['small_chunks'], []]);
  });

  it('count no more once Node has the parser for another connection, even for a client’s', async () => {
    await over(open(head('/read', CHUNKED) + chunk(1).repeat(10_000)));
    const small = createServer((_, response) => {
      for (let n = 0; n < 2_000; n += 1) response.write('a');
      response.end();
    });
    await new Promise<void>((resolve) => small.listen(0, '127.0.0.1', resolve));
    const reply = await new Promise<IncomingMessage>((resolve) =>
      get(`http://127.0.0.1:${(small.address() as AddressInfo).port}`, resolve),
    );
    let length = 0;
    for await (const data of reply) length += (data as Buffer).length;
    await new Promise((resolve) => small.close(resolve));
    expect(length).toBe(2_000);
  });
});
