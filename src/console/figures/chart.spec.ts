import { drawn, roundAbove } from './chart.js';

describe('a chart of lines', () => {
  it('stands on 0, and its highest value within a round number', () => {
    const { top, width, lines } = drawn([
      { name: 'a', values: [0, 30, 40] },
      { name: 'b', values: [50, 0, 25] },
    ]);
    expect([top, width]).toEqual([50, 20]);
    expect(lines).toEqual([
      { name: 'a', path: 'M0 200h0L10 80L20 40' },
      { name: 'b', path: 'M0 0h0L10 200L20 100' },
    ]);
  });

  it('is broken where there is no value', () => {
    const { lines } = drawn([{ name: 'a', values: [undefined, 1, undefined, 1, 1] }]);
    expect(lines[0]?.path).toBe('M10 0h0M30 0h0L40 0');
  });

  it('of nothing is a line on 0, or none', () => {
    expect(drawn([{ name: 'a', values: [0, 0] }]).lines[0]?.path).toBe('M0 200h0L10 200');
    expect(drawn([{ name: 'a', values: [] }])).toMatchObject({ top: 1, width: 10 });
  });

  it.each([
    [0, 1],
    [0.03, 0.05],
    [0.3, 0.5],
    [1, 1],
    [1.1, 2],
    [2.1, 5],
    [7, 10],
    [101, 200],
    [1_000_000, 1_000_000],
  ])('%d fits below %d', (value, top) => {
    expect(roundAbove(value)).toBe(top);
  });
});
