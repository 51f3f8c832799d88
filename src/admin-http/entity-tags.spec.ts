import { entityTag, versionsIn } from './entity-tags.js';

describe('RFC 9110 §13.1.1 If-Match', () => {
  it.each([undefined, '*', ' * '])('%p lets any version pass', (header) => {
    expect(versionsIn(header)).toBeUndefined();
  });

  it('reads back the tag that was given out', () => {
    expect(versionsIn(entityTag(7))).toEqual([7]);
  });

  it.each<[string, number[]]>([
    ['"1", "22" ,\t"3"', [1, 22, 3]],
    ['W/"1"', []],
    ['W/"1", "2"', [2]],
    ['"01"', []],
    ['"0"', []],
    ['"-1"', []],
    ['"1.0"', []],
    ['"2147483647"', [2_147_483_647]],
    ['"2147483648"', []],
    ['""', []],
    ['"x"', []],
  ])('%s names the versions %j; weak and foreign tags match none', (header, versions) => {
    expect(versionsIn(header)).toEqual(versions);
  });

  it.each(['', '1', '"1', '1"', '"1""2"', '"1",', 'w/"1"', '*, "1"', '"a b"'])(
    'refuses %p, which is no list of entity tags',
    (header) => {
      expect(() => versionsIn(header)).toThrow(/If-Match/);
    },
  );
});
