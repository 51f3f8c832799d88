import { setTimeout as sleep } from 'node:timers/promises';
import { SharedCheck } from './shared-check.js';

describe('a shared look', () => {
  let looks: number;
  const looking = (tookMs: number, freshMs: number) =>
    new SharedCheck(async () => {
      const number = (looks += 1);
      await sleep(tookMs);
      return number;
    }, freshMs);
  beforeEach(() => (looks = 0));

  it('is one for all who ask at once, and for who asks soon after', async () => {
    const look = looking(20, 10_000);
    const answers = await Promise.all(Array.from({ length: 3_000 }, () => look.now()));
    expect([new Set(answers), await look.now(), looks]).toEqual([new Set([1]), 1, 1]);
  });

  it('is another one when the last is too old', async () => {
    const look = looking(1, 50);
    await look.now();
    await sleep(60);
    expect([await look.now(), looks]).toEqual([2, 2]);
  });

  it('is one at a time, though it takes longer than it may be old', async () => {
    const look = looking(100, 10);
    const first = look.now();
    await sleep(40);
    expect([await look.now(), await first, looks]).toEqual([1, 1, 1]);
  });
});
