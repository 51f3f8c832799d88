import { Logger } from '@nestjs/common';
import type { Statements } from '../database/statements.js';
import { LastUse } from './last-use.js';

/** Statements that only count what they are sent. */
function counted(fail = false) {
  const sent: string[][] = [];
  const run = (_: unknown, [tokens]: [string[]]) => {
    sent.push(tokens);
    return fail ? Promise.reject(new Error('down')) : Promise.resolve([]);
  };
  return { sent, lastUse: new LastUse({ run } as unknown as Statements) };
}

describe('the day of the last use', () => {
  beforeAll(() => Logger.overrideLogger(false));
  it('is written in one statement for many uses of many tokens', async () => {
    const { sent, lastUse } = counted();
    for (let n = 0; n < 100; n += 1) lastUse.touch(`token ${n % 3}`);
    await lastUse.flush();
    await lastUse.flush();
    expect(sent).toEqual([['token 0', 'token 1', 'token 2']]);
  });

  it('is written once a day and token', async () => {
    const { sent, lastUse } = counted();
    lastUse.touch('a');
    await lastUse.flush();
    lastUse.touch('a');
    lastUse.touch('b');
    await lastUse.flush();
    expect(sent).toEqual([['a'], ['b']]);
    const tomorrow = Date.now() + 86_400_000;
    jest.spyOn(Date, 'now').mockReturnValue(tomorrow);
    lastUse.touch('a');
    await lastUse.flush();
    jest.restoreAllMocks();
    expect(sent).toEqual([['a'], ['b'], ['a']]);
  });

  it('lost to an outage, is noted by the next use; and what waits is bounded', async () => {
    const { sent, lastUse } = counted(true);
    for (let n = 0; n < 20_000; n += 1) lastUse.touch(`token ${n}`);
    await lastUse.flush();
    lastUse.touch('token 1');
    await lastUse.flush();
    expect(sent.map(({ length }) => length)).toEqual([10_000, 1]);
  });
});
