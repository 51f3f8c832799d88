import { hasMoreValuesThan } from './value-count.js';

describe('how many values a document has', () => {
  it.each<[number, unknown]>([
    [1, {}],
    [3, { a: 1, b: null }],
    [4, [[1], 2]],
    [5, { a: [1, null], b: {} }],
  ])('%d: %j', (count, parsed) => {
    expect(hasMoreValuesThan(count - 1, parsed)).toBe(true);
    expect(hasMoreValuesThan(count, parsed)).toBe(false);
  });

  it('bears the deepest nesting that a body has room for', () => {
    const parsed: unknown = JSON.parse('['.repeat(32_000) + ']'.repeat(32_000));
    expect(hasMoreValuesThan(31_999, parsed)).toBe(true);
    expect(hasMoreValuesThan(32_000, parsed)).toBe(false);
  });
});
