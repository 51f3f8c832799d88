import { decodeCursor, encodeCursor, listMark } from './cursor.js';

const cursorOf = (text: string | Buffer): string =>
  Buffer.from(text as string).toString('base64url');

describe('cursors', () => {
  it.each(['k', 'a.b', 'ключ 😀/+', '1', '\n', 'x'.repeat(255)])(
    'lead back to the key %p',
    (key) => {
      const position = { at: new Date('2026-11-24T01:02:03.456Z'), key };
      const cursor = { mark: listMark('/list', { q: key }), position };
      expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
    },
  );

  it.each([
    '',
    '=',
    'not base64 url!',
    cursorOf('1'),
    cursorOf('1.k'),
    cursorOf('MARKmark.1'),
    cursorOf('MARKmark.1.'),
    cursorOf('MARKmark..k'),
    cursorOf('MARKmark.-1.k'),
    cursorOf('MARKmark.1e3.k'),
    cursorOf('MARKmark.01.k'),
    cursorOf('MARKmark.1.a\0b'),
    cursorOf('MARKmark.253402300800000.k'),
    cursorOf('MARKmark.999999999999999999.k'),
    cursorOf('MARK.1.k'),
    cursorOf('MARK+ark.1.k'),
    cursorOf(Buffer.concat([Buffer.from('MARKmark.1.'), Buffer.from([0xff])])),
    `${cursorOf('MARKmark.1.k')}=`,
    `${cursorOf('MARKmark.1.k')} `,
    Buffer.from('MARKmark.1.>>>???').toString('base64'),
    cursorOf(`MARKmark.1.${'k'.repeat(3000)}`),
  ])('are refused when they are not ours: %p', (cursor) => {
    expect(decodeCursor(cursor)).toBeUndefined();
  });
});

describe('the mark of a list', () => {
  const mark = listMark('/list', { q: 'a', status: 'active' });

  it('is the same for the same filters in any order', () => {
    expect(listMark('/list', { status: 'active', q: 'a' })).toBe(mark);
  });

  it.each<[string, string, Record<string, string>]>([
    ['path', '/other', { q: 'a', status: 'active' }],
    ['value', '/list', { q: 'b', status: 'active' }],
    ['filter less', '/list', { q: 'a' }],
    ['filter more', '/list', { q: 'a', status: 'active', x: '' }],
    ['pair that joins to the same text', '/list', { q: 'a,status,active' }],
  ])('is another one for another %s', (_, path, filters) => {
    expect(listMark(path, filters)).not.toBe(mark);
  });
});
