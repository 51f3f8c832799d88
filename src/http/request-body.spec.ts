import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readBody } from './request-body.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('the body of a request', () => {
  function request(headers: Record<string, string>): IncomingMessage {
    return Object.assign(new IncomingMessage(new Socket()), { headers });
  }
  const next = () => new Promise((resolve) => setImmediate(resolve));

  it('that comes octet by octet takes no more memory than it holds, and is whole', async () => {
    const one = request({ 'transfer-encoding': 'chunked' });
    const body = readBody(one);
    await next();
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 60_000; n += 1) one.push(Buffer.from([n % 251]));
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 * 1024 * 1024);
    one.push(null);
    expect(
      (await body).equals(Buffer.from(Array.from({ length: 60_000 }, (_, n) => n % 251))),
    ).toBe(true);
  });

  it('takes no more room than is read of it', async () => {
    const one = request({ 'transfer-encoding': 'chunked' });
    const body = readBody(one, 20_000);
    // Doubled from 4 KiB it would grow to 32 KiB.
    for (let n = 0; n < 19; n += 1) one.push(Buffer.alloc(1_000));
    one.push(null);
    expect((await body).buffer.byteLength).toBe(20_000);
  });

  it.each([
    ['announced', { 'content-length': '11' }],
    ['not announced', { 'transfer-encoding': 'chunked' }],
  ])('is refused beyond the limit: %s', async (_, headers) => {
    const one = request(headers);
    const body = readBody(one, 10);
    one.push(Buffer.alloc(11));
    await expect(body).rejects.toMatchObject({ status: 413, headers: { Connection: 'close' } });
  });

  it('of exactly the limit is read', async () => {
    const one = request({ 'content-length': '10' });
    const body = readBody(one, 10);
    one.push(Buffer.alloc(10, 1));
    one.push(null);
    expect(await body).toEqual(Buffer.alloc(10, 1));
  });

  it.each([
    ['on its way', 1],
    ['before it was read', 0],
  ])('that is cut short is refused: %s', async (_, piecesRead) => {
    const one = request({ 'content-length': '10' });
    const read = () => expect(readBody(one)).rejects.toMatchObject({ status: 400 });
    if (piecesRead > 0) {
      const refused = read();
      one.push(Buffer.alloc(1));
      await next();
      one.destroy(new Error('gone'));
      await refused;
    } else {
      one.destroy();
      await next();
      await read();
    }
  });

  it('is none where none is announced', async () => {
    expect(await readBody(request({}))).toHaveLength(0);
    expect(await readBody(request({ 'content-length': '0' }))).toHaveLength(0);
  });
});
