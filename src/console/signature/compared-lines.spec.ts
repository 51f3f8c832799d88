import { comparedLines } from './compared-lines.js';

const terms = { ours: 'ours', theirs: 'theirs' };
const marked = (ours: string, theirs: string) =>
  comparedLines(ours, theirs, terms).map(({ parts }) => parts.map(({ text }) => text));

describe('two base strings, one above the other', () => {
  it.each([
    [
      'GET&a',
      'GET&b',
      [
        ['GET&', 'a', ''],
        ['GET&', 'b', ''],
      ],
    ],
    [
      'GET&ab',
      'GET&a',
      [
        ['GET&a', 'b', ''],
        ['GET&a', '␃', ''],
      ],
    ],
    [
      'x',
      'yx',
      [
        ['', 'x', ''],
        ['', 'y', 'x'],
      ],
    ],
  ])('%s and %s: the first difference is marked in both', (ours, theirs, parts) => {
    expect(marked(ours, theirs)).toEqual(parts);
  });

  it('ours alone, where there is no other, or no difference', () => {
    const alone = [{ term: 'ours', parts: [{ text: 'GET&a' }] }];
    expect(comparedLines('GET&a', undefined, terms)).toEqual(alone);
    expect(comparedLines('GET&a', 'GET&a', terms)).toEqual(alone);
  });
});
