import { setImmediate as turn } from 'node:timers/promises';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { Batcher } from './batcher.js';

interface Flight {
  readonly items: readonly string[];
  readonly since: number;
  land(results?: string[]): void;
  crash(error: Error): void;
}

/** A store whose statements come back when the test says so. */
function store(sameKey: 'wait' | 'share' = 'wait') {
  const flights: Flight[] = [];
  const coalescer = new Batcher<string, string>({
    keyOf: (item) => item.split(':')[0] as string,
    sameKey,
    send: (items, since) =>
      new Promise((resolve, reject) => {
        flights.push({
          items,
          since,
          land: (results = items.map((item) => `did ${item}`)) => resolve(results),
          crash: reject,
        });
      }),
  });
  return { coalescer, flights };
}

const refusal = (code: string) => Object.assign(new Error(code), { severity: 'ERROR', code });

describe('statements that are shared', () => {
  // A test that the machine keeps waiting is no statement that hangs.
  beforeEach(() =>
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate', 'nextTick'] }),
  );
  afterEach(() => jest.useRealTimers());

  it('what arrives in one turn leaves together, at once when nothing is under way', async () => {
    const { coalescer, flights } = store();
    const all = Promise.all(['a', 'b', 'c'].map((item) => coalescer.run(item)));
    await turn();
    expect(flights.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
    flights[0]?.land();
    expect(await all).toEqual(['did a', 'did b', 'did c']);
  });

  it('what arrives while statements are under way leaves as soon as one is back', async () => {
    const { coalescer, flights } = store();
    for (const item of ['a', 'b', 'c', 'd']) {
      void coalescer.run(item);
      await turn();
    }
    expect(flights.map(({ items }) => items)).toEqual([['a'], ['b']]);
    flights[0]?.land();
    await turn();
    expect(flights[2]?.items).toEqual(['c', 'd']);
  });

  it('a statement that hangs holds nobody up behind it', async () => {
    const { coalescer, flights } = store();
    for (const item of ['a', 'b', 'c']) {
      void coalescer.run(item);
      await turn();
    }
    jest.advanceTimersByTime(80);
    await turn();
    expect(flights.map(({ items }) => items)).toEqual([['a'], ['b'], ['c']]);
    // Coming back late, they leave the count of those under way in order.
    flights.forEach((flight) => flight.land());
    await turn();
    for (const item of ['d', 'e', 'f']) {
      void coalescer.run(item);
      await turn();
    }
    expect(flights.slice(3).map(({ items }) => items)).toEqual([['d'], ['e']]);
  });

  it('two of one key never share a statement, and keep their order', async () => {
    const { coalescer, flights } = store();
    void coalescer.run('a:1');
    void coalescer.run('a:2');
    void coalescer.run('b:1');
    await turn();
    expect(flights.map(({ items }) => items)).toEqual([['a:1', 'b:1'], ['a:2']]);
  });

  it('one question asked twice is sent once, unless it is under way: that answer may be too old', async () => {
    const { coalescer, flights } = store('share');
    const first = coalescer.run('a');
    const second = coalescer.run('a');
    await turn();
    void coalescer.run('a');
    await turn();
    expect(flights.map(({ items }) => items)).toEqual([['a'], ['a']]);
    flights[0]?.land(['answer']);
    expect(await Promise.all([first, second])).toEqual(['answer', 'answer']);
  });

  it('a row that the database refuses fails alone', async () => {
    const { coalescer, flights } = store();
    const [good, bad] = ['good', 'bad'].map((item) => coalescer.run(item));
    const failed = expect(bad).rejects.toMatchObject({ code: '23503' });
    await turn();
    flights[0]?.crash(refusal('23503'));
    await turn();
    expect(flights.slice(1).map(({ items }) => items)).toEqual([['good'], ['bad']]);
    flights[1]?.land();
    flights[2]?.crash(refusal('23503'));
    expect(await good).toBe('did good');
    await failed;
  });

  it('what is sent again by itself has no more time than it had', async () => {
    const { coalescer, flights } = store();
    const all = Promise.all(['a', 'b'].map((item) => coalescer.run(item)));
    await turn();
    jest.advanceTimersByTime(1_500);
    flights[0]?.crash(new StoreUnavailable(refusal('55P03')));
    await turn();
    flights.slice(1).forEach((flight) => flight.land());
    await all;
    expect(new Set(flights.map(({ since }) => since)).size).toBe(1);
    expect(performance.now() - (flights[1]?.since ?? 0)).toBe(1_500);
  });

  it.each(['40P01', '55P03'])('a wait for one row (%s) is not a wait for all', async (code) => {
    const { coalescer, flights } = store();
    const all = Promise.all(['a', 'b'].map((item) => coalescer.run(item)));
    await turn();
    flights[0]?.crash(new StoreUnavailable(refusal(code)));
    await turn();
    flights.slice(1).forEach((flight) => flight.land());
    expect(await all).toEqual(['did a', 'did b']);
  });

  it.each([
    ['a connection that broke', new StoreUnavailable(new Error('Connection terminated'))],
    ['a statement that ran out of time', new StoreUnavailable(refusal('57014'))],
    ['a fault of ours', new TypeError('x is not a function')],
  ])('%s is told to all, and nothing is sent twice', async (_, error) => {
    const { coalescer, flights } = store();
    const all = Promise.allSettled(['a', 'b'].map((item) => coalescer.run(item)));
    await turn();
    flights[0]?.crash(error);
    expect(await all).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    expect(flights).toHaveLength(1);
  });
});
