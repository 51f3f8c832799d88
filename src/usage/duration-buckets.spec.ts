import { bucketOf, millisecondsAt } from './duration-buckets.js';

describe('durations, by bucket', () => {
  it.each([
    [0, 'ms:0.5'],
    [0.0005, 'ms:0.5'],
    [0.00051, 'ms:1'],
    [0.004, 'ms:5'],
    [5, 'ms:5000'],
    [5.1, 'ms:inf'],
    [1e9, 'ms:inf'],
  ])('%d s: %s', (seconds, bucket) => {
    expect(bucketOf(seconds)).toBe(bucket);
  });

  it('quantiles lie within the bucket that they fall into, by how far into it', () => {
    const counts = { 'ms:1': 90, 'ms:5': 10, served: 100, 'hint:ms': 7 };
    expect(millisecondsAt(counts, 0.5)).toBeCloseTo(0.5 + (0.5 * 50) / 90);
    // Half of the last ten, between 3 and 5.
    expect(millisecondsAt(counts, 0.95)).toBeCloseTo(4);
    expect(millisecondsAt({ 'ms:inf': 3 }, 0.5)).toBe(5_000);
  });

  it('there is none where nothing was counted', () => {
    expect(millisecondsAt({ served: 1 }, 0.5)).toBeUndefined();
    expect(millisecondsAt({}, 0.95)).toBeUndefined();
  });
});
