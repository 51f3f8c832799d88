import { RefusalPace } from './refusal-pace.js';

describe('RefusalPace', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** When a refusal leaves whose work took so long, in milliseconds after the request was read. */
  async function leavesAfter(workMs: number): Promise<number> {
    const pace = new RefusalPace();
    jest.advanceTimersByTime(workMs);
    let left = false;
    void pace.step().then(() => (left = true));
    let passedMs = workMs;
    while (!left && passedMs < 100) {
      passedMs += 0.5;
      await jest.advanceTimersByTimeAsync(0.5);
    }
    pace.end();
    return passedMs;
  }

  it.each([
    [0, 5],
    [0.5, 5],
    [4, 5],
    [5.5, 10],
    [9, 10],
    [12, 15],
  ])('lets a refusal after %s ms of work leave after %s ms', async (workMs, leaves) => {
    expect(await leavesAfter(workMs)).toBe(leaves);
  });

  it('leaves no timer behind', () => {
    new RefusalPace().end();
    expect(jest.getTimerCount()).toBe(0);
  });
});
