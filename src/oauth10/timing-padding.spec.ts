import { padToNextStep } from './timing-padding.js';

const workFor = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

describe('nextStep', () => {
  it.each([
    [0, 5],
    [0.7, 5],
    [3.2, 5],
    [4.9, 5],
    [5.5, 10],
    [9.9, 10],
    [12, 15],
  ])('after %s ms of work no refusal leaves before %s ms', async (workMs, step) => {
    const startedAt = performance.now();
    workFor(workMs);
    await padToNextStep(startedAt);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(step);
  });

  it('serves others while it waits', async () => {
    let turns = 0;
    const others = setInterval(() => (turns += 1), 1);
    const startedAt = performance.now();
    while (performance.now() - startedAt < 100) await padToNextStep(performance.now());
    clearInterval(others);
    expect(turns).toBeGreaterThan(10);
  });
});
