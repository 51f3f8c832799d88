import { setImmediate as turn } from 'node:timers/promises';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { Batcher } from './batcher.js';

interface SentStatement {
  readonly items: readonly string[];
  readonly since: number;
  succeed(results?: string[]): void;
  fail(error: Error): void;
}

/** A store whose statements come back when the test says so. */
function store(sameKey: 'wait' | 'share' = 'wait') {
  const statements: SentStatement[] = [];
  const batcher = new Batcher<string, string>({
    keyOf: (item) => item.split(':')[0] as string,
    sameKey,
    send: (items, since) =>
      new Promise((resolve, reject) => {
        statements.push({
          items,
          since,
          succeed: (results = items.map((item) => `did ${item}`)) => resolve(results),
          fail: reject,
        });
      }),
  });
  return { batcher, statements };
}

const refusal = (code: string) => Object.assign(new Error(code), { severity: 'ERROR', code });

describe('statements that are shared', () => {
  // A test that the machine keeps waiting is no statement that hangs.
  beforeEach(() =>
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate', 'nextTick'] }),
  );
  afterEach(() => jest.useRealTimers());

  it('what arrives in one turn leaves together, at once when nothing is under way', async () => {
    const { batcher, statements } = store();
    const all = Promise.all(['a', 'b', 'c'].map((item) => batcher.run(item)));
    await turn();
    expect(statements.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
    statements[0]?.succeed();
    expect(await all).toEqual(['did a', 'did b', 'did c']);
  });

  it('what arrives while statements are under way leaves as soon as one is back', async () => {
    const { batcher, statements } = store();
    for (const item of ['a', 'b', 'c', 'd']) {
      void batcher.run(item);
      await turn();
    }
    expect(statements.map(({ items }) => items)).toEqual([['a'], ['b']]);
    statements[0]?.succeed();
    await turn();
    expect(statements[2]?.items).toEqual(['c', 'd']);
  });

  it('a statement that hangs holds nobody up behind it', async () => {
    const { batcher, statements } = store();
    for (const item of ['a', 'b', 'c']) {
      void batcher.run(item);
      await turn();
    }
    jest.advanceTimersByTime(80);
    await turn();
    expect(statements.map(({ items }) => items)).toEqual([['a'], ['b'], ['c']]);
    // Coming back late, they leave the count of those under way in order.
    statements.forEach((statement) => statement.succeed());
    await turn();
    for (const item of ['d', 'e', 'f']) {
      void batcher.run(item);
      await turn();
    }
    expect(statements.slice(3).map(({ items }) => items)).toEqual([['d'], ['e']]);
  });

  it('two of one key never share a statement, and keep their order', async () => {
    const { batcher, statements } = store();
    void batcher.run('a:1');
    void batcher.run('a:2');
    void batcher.run('b:1');
    await turn();
    expect(statements.map(({ items }) => items)).toEqual([['a:1', 'b:1'], ['a:2']]);
  });

  it('one question asked twice is sent once, unless it is under way: that answer may be too old', async () => {
    const { batcher, statements } = store('share');
    const first = batcher.run('a');
    const second = batcher.run('a');
    await turn();
    void batcher.run('a');
    await turn();
    expect(statements.map(({ items }) => items)).toEqual([['a'], ['a']]);
    statements[0]?.succeed(['answer']);
    expect(await Promise.all([first, second])).toEqual(['answer', 'answer']);
  });

  it('a row that the database refuses fails alone', async () => {
    const { batcher, statements } = store();
    const [good, bad] = ['good', 'bad'].map((item) => batcher.run(item));
    const failed = expect(bad).rejects.toMatchObject({ code: '23503' });
    await turn();
    statements[0]?.fail(refusal('23503'));
    await turn();
    expect(statements.slice(1).map(({ items }) => items)).toEqual([['good'], ['bad']]);
    statements[1]?.succeed();
    statements[2]?.fail(refusal('23503'));
    expect(await good).toBe('did good');
    await failed;
  });

  it('of a refused batch only a few are sent again at a time', async () => {
    const { batcher, statements } = store();
    const items = Array.from({ length: 10 }, (_, n) => `item${n}`);
    const all = Promise.all(items.map((item) => batcher.run(item)));
    await turn();
    statements[0]?.fail(refusal('23503'));
    await turn();
    expect(statements).toHaveLength(1 + 4);
    statements[1]?.succeed();
    await turn();
    expect(statements.at(-1)?.items).toEqual(['item4']);
    for (let n = 2; n <= items.length; n += 1) {
      statements[n]?.succeed();
      await turn();
    }
    expect(await all).toHaveLength(10);
  });

  it('what could not be sent again in time is not sent', async () => {
    const { batcher, statements } = store();
    const all = Promise.allSettled(Array.from({ length: 6 }, (_, n) => batcher.run(`item${n}`)));
    await turn();
    statements[0]?.fail(new StoreUnavailable(refusal('55P03')));
    await turn();
    jest.advanceTimersByTime(3_001);
    statements.slice(1).forEach((statement) => statement.succeed());
    const told = (await all).map(({ status }) => status);
    expect(told).toEqual([...Array(4).fill('fulfilled'), 'rejected', 'rejected']);
    expect(statements).toHaveLength(5);
  });

  it('what is sent again by itself has no more time than it had', async () => {
    const { batcher, statements } = store();
    const all = Promise.all(['a', 'b'].map((item) => batcher.run(item)));
    await turn();
    jest.advanceTimersByTime(1_500);
    statements[0]?.fail(new StoreUnavailable(refusal('55P03')));
    await turn();
    statements.slice(1).forEach((statement) => statement.succeed());
    await all;
    expect(new Set(statements.map(({ since }) => since)).size).toBe(1);
    expect(performance.now() - (statements[1]?.since ?? 0)).toBe(1_500);
  });

  it.each(['40P01', '55P03'])('a wait for one row (%s) is not a wait for all', async (code) => {
    const { batcher, statements } = store();
    const all = Promise.all(['a', 'b'].map((item) => batcher.run(item)));
    await turn();
    statements[0]?.fail(new StoreUnavailable(refusal(code)));
    await turn();
    statements.slice(1).forEach((statement) => statement.succeed());
    expect(await all).toEqual(['did a', 'did b']);
  });

  it.each([
    ['a connection that broke', new StoreUnavailable(new Error('Connection terminated'))],
    ['a statement that ran out of time', new StoreUnavailable(refusal('57014'))],
    ['a fault of ours', new TypeError('x is not a function')],
  ])('%s is told to all, and nothing is sent twice', async (_, error) => {
    const { batcher, statements } = store();
    const all = Promise.allSettled(['a', 'b'].map((item) => batcher.run(item)));
    await turn();
    statements[0]?.fail(error);
    expect(await all).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    expect(statements).toHaveLength(1);
  });
});
