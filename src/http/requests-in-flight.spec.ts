import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { eventually } from '../../test/support/eventually.js';
import { RequestsInFlight, sendNoRoom } from './requests-in-flight.js';

const KNOWN = 'Known: yes\r\n';

describe('when all places are taken by requests whose bodies do not come', () => {
  let server: Server;
  let room: RequestsInFlight;
  let sockets: Socket[];
  let held: ServerResponse[];
  let ended: number;
  let laterMs = 0;

  beforeEach(() => {
    [sockets, held, ended, laterMs] = [[], [], 0, 0];
    const real = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => real() + laterMs);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function start(most: number): Promise<void> {
    room = new RequestsInFlight(most, () => (ended += 1));
    server = createServer((request, response) => {
      if (!room.take(response, request.headers['known'] === undefined)) sendNoRoom(response);
      else if (request.url === '/hold') held.push(response);
      else response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  function open(text: string) {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
      socket.write(text),
    );
    const one = { socket, heard: '', isOver: false };
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (one.heard += chunk.toString('latin1')));
    socket.once('close', () => (one.isOver = true));
    sockets.push(socket);
    return one;
  }
  const half = (more = '') =>
    open(`POST /hold HTTP/1.1\r\nHost: x\r\n${more}Content-Length: 9\r\n\r\nhalf`);
  const whole = (target: string, more = '') =>
    open(`GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`);
  const holding = (count: number) =>
    eventually(
      () => Promise.resolve(held.length),
      (length) => length === count,
    );
  const statusOf = async (one: { readonly heard: string }) => {
    const heard = await eventually(
      () => Promise.resolve(one.heard),
      (text) => text !== '',
    );
    return Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1]);
  };
  const isOver = (one: { readonly isOver: boolean }) =>
    eventually(
      () => Promise.resolve(one.isOver),
      (over) => over,
    );

  it('the oldest of these ends after 5 s for who asks now, and no other', async () => {
    await start(2);
    const first = half();
    await holding(1);
    const other = whole('/hold');
    await holding(2);
    expect(await statusOf(whole('/now'))).toBe(503);
    laterMs = 5_001;
    expect(await statusOf(whole('/now'))).toBe(200);
    expect([await isOver(first), ended, other.isOver]).toEqual([true, 1, false]);
    // Its place is given back once.
    const left = await eventually(
      () => Promise.resolve(room.count),
      (count) => count === 1,
    );
    expect(left).toBe(1);
  });

  it("a stranger's ends before that of a connection that is known", async () => {
    await start(2);
    const known = half(KNOWN);
    await holding(1);
    const stranger = half();
    await holding(2);
    laterMs = 5_001;
    expect(await statusOf(whole('/now', KNOWN))).toBe(200);
    expect([await isOver(stranger), known.isOver]).toEqual([true, false]);
  });

  it('none of a connection that is known ends for a stranger, but for another that is known', async () => {
    await start(1);
    const known = half(KNOWN);
    await holding(1);
    laterMs = 5_001;
    expect(await statusOf(whole('/now'))).toBe(503);
    expect(known.isOver).toBe(false);
    expect(await statusOf(whole('/now', KNOWN))).toBe(200);
  });
});
