import { consumerMetadata } from './consumer-metadata.js';
import { CONSUMER_GRANT, grantedToConsumer } from './consumer-grant.js';

const consumer = {
  ...consumerMetadata({ name: 'x', scopes: ['read'], expiresAt: '2030-01-01T00:00:00Z' }),
  consumerKey: 'key',
  previousSecretExpiresAt: null,
  weakSignaturesUntil: new Date(5),
};
// The form of every MAC that was made before there were flags of compatibility.
const FIRST = [
  'key',
  ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'],
  null,
  [],
  ['read'],
  false,
  null,
  [],
  'active',
  Date.parse('2030-01-01T00:00:00Z'),
  null,
];

describe('what the MAC of a consumer holds', () => {
  it('is what it was, where a field that came later has its usual value', () => {
    expect(grantedToConsumer(consumer)).toEqual([...FIRST, 5]);
  });

  it('is more, where a later field has another', () => {
    const flagged = grantedToConsumer({ ...consumer, compatibility: ['line_ends'] });
    expect(flagged).toEqual([...FIRST, 5, { compatibility: ['line_ends'] }]);
  });

  it.each([[[]], [['line_ends' as const]]])(
    'is read out of it again, with the flags %j',
    (compatibility) => {
      const granted = grantedToConsumer({ ...consumer, compatibility });
      const read = CONSUMER_GRANT.fromGranted(granted);
      expect({ ...consumer, compatibility }).toMatchObject(read);
      expect(grantedToConsumer(read)).toEqual(granted);
    },
  );
});
