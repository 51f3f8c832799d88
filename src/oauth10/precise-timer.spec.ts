import { setTimeout as sleep } from 'node:timers/promises';
import { PreciseTimer } from './precise-timer.js';

describe('a precise timer', () => {
  it('releases each when it is due and none before, in whatever order they came', async () => {
    const timer = new PreciseTimer();
    const startedAt = performance.now();
    const released: number[] = [];
    const after = async (milliseconds: number) => {
      await timer.until(startedAt + milliseconds);
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(milliseconds);
      released.push(milliseconds);
    };
    await Promise.all([12, 3.5, 0, 40, 7.25, 3.75, 20].map(after));
    expect(released).toEqual([0, 3.5, 3.75, 7.25, 12, 20, 40]);
  });

  it('has one timer or one turn to come, however many wait', async () => {
    const timer = new PreciseTimer();
    const pending = () =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name)).length;
    const before = pending();
    const due = performance.now() + 60;
    let released = 0;
    const all = Array.from({ length: 1_000 }, (_, n) =>
      timer.until(due + (n % 7) / 10).then(() => (released += 1)),
    );
    expect(pending() - before).toBe(1);
    // Where timers are too coarse, too.
    while (performance.now() < due - 0.5) await sleep(0);
    expect(pending() - before).toBeLessThanOrEqual(1);
    await Promise.all(all);
    expect(released).toBe(1_000);
    // Timers of the test itself may still be on their way out.
    for (let turn = 0; turn < 20 && pending() > before; turn += 1) await sleep(1);
    expect(pending() - before).toBeLessThanOrEqual(0);
  });
});
