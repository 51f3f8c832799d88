import type { StoredEvent } from './event.js';
import { failedDelivery } from './failed-delivery.js';

const event = (attempts: number, refusals = 0): StoredEvent => ({
  position: '1',
  id: '019cb2b5-0d4e-7c4a-9c1f-3f1f1d0a7a11',
  type: 'oauth10.consumer.changed',
  consumerKey: 'k',
  subject: 'consumer:k',
  data: {},
  createdAt: new Date(0),
  attempts,
  refusals,
});

describe('an event whose delivery failed', () => {
  const failed = { outcome: 'failed', error: 'answered 500' } as const;
  const refused = { outcome: 'refused', error: 'answered 410' } as const;

  it.each([
    [0, 1],
    [1, 2],
    [5, 32],
    [8, 256],
    [9, 300],
    [1_000, 300],
  ])('after %i earlier ones is tried again within %i s, and not at once', (attempts, most) => {
    for (let n = 0; n < 100; n += 1) {
      const { waitSeconds } = failedDelivery(event(attempts), failed);
      expect(waitSeconds).toBeLessThanOrEqual(most);
      expect(waitSeconds).toBeGreaterThanOrEqual(most * 0.75);
    }
  });

  it('waits not just as long as another', () => {
    const waits = Array.from({ length: 10 }, () => failedDelivery(event(8), failed).waitSeconds);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it.each([
    ['failed however often', 1_000, 9, failed, { isRefusal: false, isDead: false }],
    ['refused the ninth time', 8, 8, refused, { isRefusal: true, isDead: false }],
    ['refused the tenth time', 9, 9, refused, { isRefusal: true, isDead: true }],
    ['refused after many failures', 500, 0, refused, { isRefusal: true, isDead: false }],
  ])('%s', (_, attempts, refusals, delivery, outcome) => {
    expect(failedDelivery(event(attempts, refusals), delivery)).toMatchObject(outcome);
  });
});
