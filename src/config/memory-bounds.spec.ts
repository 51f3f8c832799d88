import { getHeapStatistics } from 'node:v8';
import { requestsInFlightFor } from './memory-bounds.js';
import { readSettings } from './settings.js';

describe('bounds that follow from memory', () => {
  it('MAX_REQUESTS_IN_FLIGHT is as the heap of the process allows, unless it is set', () => {
    const { maxRequestsInFlight } = readSettings({});
    expect(maxRequestsInFlight).toBe(requestsInFlightFor(getHeapStatistics().heap_size_limit));
    expect(readSettings({ MAX_REQUESTS_IN_FLIGHT: '7' }).maxRequestsInFlight).toBe(7);
  });

  it.each([
    [184 * 1024 * 1024, 368],
    [1, 32],
    [2 ** 40, 1024],
  ])('a heap of %s octets: %s requests', (octets, requests) => {
    expect(requestsInFlightFor(octets)).toBe(requests);
  });
});
