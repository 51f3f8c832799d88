import { sizeOf } from './document-size.js';

describe('how much a parsed document holds', () => {
  it.each<[values: number, names: number, parsed: unknown]>([
    [1, 0, 'text'],
    [1, 0, null],
    [1, 0, {}],
    [3, 2, { a: 1, b: null }],
    [4, 0, [[1], 2]],
    [5, 2, { a: [1, null], b: {} }],
  ])('%d values, %d names: %j', (values, names, parsed) => {
    expect(sizeOf(parsed)).toEqual({ values, names });
  });

  it('bears the deepest nesting that a body has room for', () => {
    const parsed: unknown = JSON.parse('['.repeat(32_000) + ']'.repeat(32_000));
    expect(sizeOf(parsed)).toEqual({ values: 32_000, names: 0 });
  });
});
