import { SearchBudget } from './signature-explanation.js';

describe('the budget of searches', () => {
  it('lets so many begin in any second, and more again later', () => {
    let nowMs = 500;
    const budget = new SearchBudget(3, () => nowMs);
    const taken = () => [1, 2, 3, 4].map(() => budget.take());
    expect(taken()).toEqual([true, true, true, false]);
    nowMs += 999;
    expect(budget.take()).toBe(false);
    nowMs += 1;
    expect(taken()).toEqual([true, true, true, false]);
  });

  it('lets none begin where none may', () => {
    expect(new SearchBudget(0).take()).toBe(false);
  });
});
