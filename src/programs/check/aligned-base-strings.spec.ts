import { alignedBaseStrings } from './aligned-base-strings.js';

const OURS = 'GET&https%3A%2F%2Fa%2F&a%3D1%26b%3D2%26c%3D3';

describe('base strings', () => {
  it('are shown a line a piece', () => {
    expect(alignedBaseStrings(OURS, undefined)).toEqual([
      '  GET',
      '  https%3A%2F%2Fa%2F',
      '  a%3D1',
      '  b%3D2',
      '  c%3D3',
    ]);
  });

  it.each<[string, string[]]>([
    [
      OURS.replace('https', 'http'),
      [
        '  both     GET',
        '  service  https%3A%2F%2Fa%2F',
        '  client   http%3A%2F%2Fa%2F',
        '  first        ^',
        '  both     a%3D1',
        '  both     b%3D2',
        '  both     c%3D3',
      ],
    ],
    [
      OURS.replace('%26b%3D2', ''),
      [
        '  both     GET',
        '  both     https%3A%2F%2Fa%2F',
        '  both     a%3D1',
        '  service  b%3D2',
        '  first    ^',
        '  both     c%3D3',
      ],
    ],
    [
      OURS.replace('%26b', '%26ab%3D\u001b%26b').replace('c%3D3', 'c%3D4'),
      [
        '  both     GET',
        '  both     https%3A%2F%2Fa%2F',
        '  both     a%3D1',
        '  client   ab%3D?',
        '  first    ^',
        '  both     b%3D2',
        '  service  c%3D3',
        '  client   c%3D4',
      ],
    ],
  ])('beside %s the first difference is marked', (client, lines) => {
    expect(alignedBaseStrings(OURS, client)).toEqual(lines);
  });

  it('may be the same', () => {
    expect(alignedBaseStrings(OURS, OURS).at(-1)).toContain('the key differs');
  });
});
