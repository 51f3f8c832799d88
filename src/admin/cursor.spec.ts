import { decodeCursor, encodeCursor } from './cursor.js';

const cursorOf = (text: string | Buffer): string =>
  Buffer.from(text as string).toString('base64url');

describe('cursors', () => {
  it.each(['k', 'a.b', 'ключ 😀/+', '1', '\n', 'x'.repeat(255)])(
    'lead back to the key %p',
    (key) => {
      const position = { at: new Date('2026-11-24T01:02:03.456Z'), key };
      expect(decodeCursor(encodeCursor(position))).toEqual(position);
    },
  );

  it.each([
    '',
    '=',
    'not base64 url!',
    cursorOf('1'),
    cursorOf('1.'),
    cursorOf('.k'),
    cursorOf('-1.k'),
    cursorOf('1e3.k'),
    cursorOf('01.k'),
    cursorOf('1.a\0b'),
    cursorOf('253402300800000.k'),
    cursorOf('999999999999999999.k'),
    cursorOf(Buffer.from([0x31, 0x2e, 0xff])),
    `${cursorOf('1.k')}=`,
    `${cursorOf('1.k')} `,
    Buffer.from('1.>>>???').toString('base64'),
    cursorOf(`1.${'k'.repeat(3000)}`),
  ])('are refused when they are not ours: %p', (cursor) => {
    expect(decodeCursor(cursor)).toBeUndefined();
  });
});
