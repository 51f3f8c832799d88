import { FlagSearchBudget } from './flag-search-budget.js';

describe('what searches in vain under flags may take', () => {
  let now = 1_000;
  const budget = new FlagSearchBudget(() => now);

  it('is bounded for one consumer, grows again, and leaves others alone', () => {
    expect(budget.isSpent('c')).toBe(false);
    budget.spend('c', 100);
    expect(budget.isSpent('c')).toBe(false);
    budget.spend('c', 60);
    expect([budget.isSpent('c'), budget.isSpent('other')]).toEqual([true, false]);
    now += 400;
    expect(budget.isSpent('c')).toBe(true);
    now += 200;
    expect(budget.isSpent('c')).toBe(false);
  });
});
