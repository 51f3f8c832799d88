import { assertWithinWindow, parseTimestamp } from './timestamp.js';

describe('RFC 5849 §3.3 timestamp', () => {
  it.each([
    ['1', 1],
    ['137131200', 137_131_200],
    ['1764000000', 1_764_000_000],
    ['0000000001', 1],
    ['999999999999999', 999_999_999_999_999],
  ])('%s is a positive whole number of seconds', (text, seconds) => {
    expect(parseTimestamp(text)).toBe(seconds);
  });

  it.each([
    '',
    '0',
    '000',
    '-1',
    '+1',
    '1.0',
    '1e9',
    '0x10',
    ' 1',
    '1 ',
    '1\n',
    '1,2',
    'abc',
    'NaN',
    'Infinity',
    '1234567890123456',
    '99999999999999999999',
    '١٢٣',
    '１２３',
    '1\0',
  ])('%j is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it('is accepted up to the window’s edges, either way', () => {
    for (const timestamp of [700, 999, 1000, 1001, 1300]) {
      expect(() => assertWithinWindow(timestamp, 1000, 300)).not.toThrow();
    }
    expect(() => assertWithinWindow(1000, 1000, 0)).not.toThrow();
  });

  it.each([1, 699, 1301, 999_999_999_999_999])('%d is refused at 1000, window 300', (timestamp) => {
    expect(() => assertWithinWindow(timestamp, 1000, 300)).toThrow(
      expect.objectContaining({
        code: 'timestamp_refused',
        status: 401,
        extra: { oauth_acceptable_timestamps: '700-1300' },
      }),
    );
  });

  it('takes a clock with fractions of a second and tells whole ones', () => {
    expect(() => assertWithinWindow(700, 1000.9, 300)).not.toThrow();
    expect(() => assertWithinWindow(699, 1000.9, 300)).toThrow(
      expect.objectContaining({ extra: { oauth_acceptable_timestamps: '700-1300' } }),
    );
  });
});
