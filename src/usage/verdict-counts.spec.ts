import { VerdictCounts } from './verdict-counts.js';

const verdict = { durationSeconds: 0.004, problem: undefined, hint: undefined };
const of = (consumerKey: string, isConsumerKnown = true) => ({ consumerKey, isConsumerKnown });

describe('verdicts, counted in memory', () => {
  const counts = new VerdictCounts({ consumers: 3, claimed: 1 });
  beforeEach(() => counts.take());

  it('by result and problem, with the hint beside its problem, for the service and for the consumer', () => {
    counts.add({ ...verdict, ...of('a') });
    counts.add({ ...verdict, ...of('a'), problem: 'nonce_used' });
    counts.add({
      ...verdict,
      ...of('a'),
      problem: 'signature_invalid',
      hint: 'scheme_differs',
      durationSeconds: 99,
    });
    const byConsumer = {
      served: 1,
      nonce_used: 1,
      signature_invalid: 1,
      'hint:scheme_differs': 1,
    };
    expect(counts.take()).toEqual({
      service: { ...byConsumer, 'ms:5': 2, 'ms:inf': 1 },
      consumers: [['a', byConsumer]],
    });
    expect(counts.take()).toEqual({ service: {}, consumers: [] });
  });

  it('in the order of the keys, so that no two replicas wait for each other', () => {
    for (const key of ['b', 'ä', 'a']) counts.add({ ...verdict, ...of(key) });
    expect(counts.take().consumers.map(([key]) => key)).toEqual(['a', 'b', 'ä']);
  });

  it('a flood of consumers: the first are kept, and the service counts all', () => {
    for (let n = 0; n < 1_000; n += 1) counts.add({ ...verdict, ...of(`consumer-${n}`) });
    const { service, consumers } = counts.take();
    expect(service).toMatchObject({ served: 1_000 });
    expect(consumers.map(([key]) => key)).toEqual(['consumer-0', 'consumer-1', 'consumer-2']);
  });

  it('a flood of keys that nobody has looked up takes no room from those that are registered', () => {
    const refused = { ...verdict, problem: 'timestamp_refused' };
    for (let n = 0; n < 1_000; n += 1) counts.add({ ...refused, ...of(`claimed-${n}`, false) });
    for (const key of ['x', 'y', 'z']) counts.add({ ...verdict, ...of(key) });
    const { consumers } = counts.take();
    expect(consumers.map(([key]) => key)).toEqual(['claimed-0', 'x', 'y']);
  });

  it('a key that was looked up and is nobody’s is none', () => {
    counts.add({ ...verdict, ...of('nobody', false), problem: 'consumer_key_unknown' });
    counts.add({
      ...verdict,
      consumerKey: undefined,
      isConsumerKnown: false,
      problem: 'parameter_absent',
    });
    expect(counts.take()).toEqual({
      service: { consumer_key_unknown: 1, parameter_absent: 1, 'ms:5': 2 },
      consumers: [],
    });
  });
});
