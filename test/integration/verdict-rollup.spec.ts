import { Rollup } from '../../src/usage/rollup.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer, TestService } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';

type Counts = Record<string, number>;

/** ADR 0058: figures of verdicts, written independently of requests. */
describe('the rollup of verdicts', () => {
  const { database, service, replica } = serviceForAllTests({ SWEEP_INTERVAL_SECONDS: '1' });
  const other = replica({ SWEEP_INTERVAL_SECONDS: '1' });

  const echo = (consumer: TestConsumer, more: object = {}, at: TestService = service) =>
    at.signed({ method: 'GET', target: ECHO, ...consumer, ...more });

  const ofConsumer = async ({ consumerKey }: TestConsumer): Promise<Counts | undefined> => {
    const rows = await database.query<{ counts: Counts }>(
      'SELECT counts FROM consumer_verdict_days WHERE consumer_key = $1',
      [consumerKey],
    );
    expect(rows.length).toBeLessThan(2);
    return rows[0]?.counts;
  };
  const ofService = async (): Promise<Counts> => {
    const rows = await database.query<{ code: string; times: number }>(
      `SELECT code, sum(times::int)::int AS times
       FROM verdict_minutes, jsonb_each_text(counts) AS counted (code, times) GROUP BY code`,
    );
    return Object.fromEntries(rows.map(({ code, times }) => [code, times]));
  };
  const rows = async (table: string): Promise<number> =>
    (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? 0;

  it('adds up what two replicas saw, by result, problem and hint', async () => {
    const consumer = await service.registerConsumer({ twoLegged: true });
    await echo(consumer);
    const again = { nonce: 'twice', timestamp: String(Math.floor(Date.now() / 1000)) };
    await echo(consumer, again);
    await echo(consumer, again, other);
    await echo(consumer, {}, other);
    await echo({ ...consumer, consumerSecret: 'wrong' });
    const url = `${service.publicBase.replace('http:', 'https:')}${ECHO}`;
    const { method, target, headers } = signRequest({ method: 'GET', url, ...consumer });
    await send({ base: service.publicBase, method, target, headers });
    await echo(consumer, { timestamp: '1' }, other);
    const sum = (counts: Counts | undefined) =>
      Object.entries(counts ?? {}).reduce(
        (n, [code, times]) => (/:/.test(code) ? n : n + times),
        0,
      );
    const counts = await eventually(
      () => ofConsumer(consumer),
      (found) => sum(found) === 7,
    );
    expect(counts).toEqual({
      served: 3,
      nonce_used: 1,
      signature_invalid: 2,
      timestamp_refused: 1,
      'hint:scheme_differs': 1,
    });
    const total = await ofService();
    expect(total).toMatchObject(counts ?? {});
    const durations = Object.entries(total).filter(([code]) => code.startsWith('ms:'));
    expect(durations.reduce((n, [, times]) => n + times, 0)).toBe(7);
  });

  it('a key that is nobody’s makes no row, whatever it is refused for', async () => {
    const before = await ofService();
    const stranger = (n: number) => ({ consumerKey: `nobody-${n}`, consumerSecret: 's' });
    for (let n = 0; n < 20; n += 1) await echo(stranger(n));
    for (let n = 0; n < 20; n += 1) await echo(stranger(n), { timestamp: '1' });
    const refused = ({ consumer_key_unknown: unknown = 0, timestamp_refused: late = 0 }: Counts) =>
      unknown + late;
    const after = await eventually(ofService, (counts) => refused(counts) - refused(before) >= 40);
    expect(refused(after) - refused(before)).toBe(40);
    const strangers = await database.query(
      `SELECT FROM consumer_verdict_days WHERE consumer_key LIKE 'nobody%'`,
    );
    expect(strangers).toEqual([]);
  });

  it('what cannot be written is dropped, and counting goes on', async () => {
    const consumer = await service.registerConsumer({ twoLegged: true });
    await database.query('ALTER TABLE replicas RENAME TO out_of_reach');
    const refused = jest.spyOn(Rollup.prototype, 'write');
    for (let n = 0; n < 3; n += 1) expect((await echo(consumer)).status).toBe(200);
    await eventually(
      () => Promise.all(refused.mock.results.map(({ value }) => value as Promise<void>)),
      ({ length }) => length >= 2,
    );
    refused.mockRestore();
    await database.query('ALTER TABLE out_of_reach RENAME TO replicas');
    await echo(consumer);
    const counts = await eventually(
      () => ofConsumer(consumer),
      (found) => found !== undefined,
    );
    expect(counts).toEqual({ served: 1 });
  });

  it('a consumer that is deleted takes its figures along', async () => {
    const consumer = await service.registerConsumer({ twoLegged: true });
    await echo(consumer);
    await eventually(
      () => ofConsumer(consumer),
      (counts) => counts !== undefined,
    );
    await service.admin('DELETE', `/admin/consumers/${consumer.consumerKey}`);
    expect(await ofConsumer(consumer)).toBeUndefined();
  });

  it('names each replica, when it last wrote, and forgets the one that ends', async () => {
    expect(
      await eventually(
        () => rows('replicas'),
        (n) => n === 2,
      ),
    ).toBe(2);
    const wrote = async () =>
      (
        await database.query<{ at: Date }>('SELECT min(last_wrote_at) AS at FROM replicas')
      )[0]?.at.getTime() ?? 0;
    const first = await wrote();
    expect(await eventually(wrote, (at) => at > first)).toBeGreaterThan(first);
    await other.stop(0);
    expect(await rows('replicas')).toBe(1);
  });

  it('sweeps minutes after a day, days after thirty, and silent replicas after an hour', async () => {
    const { consumerKey } = await service.registerConsumer();
    await database.query(`
      INSERT INTO verdict_minutes SELECT now() - n * interval '1 hour', '{"served": 1}'
      FROM generate_series(20, 30) AS n`);
    await database.query(
      `INSERT INTO consumer_verdict_days
       SELECT $1, (now() AT TIME ZONE 'UTC')::date - n, '{"served": 1}' FROM generate_series(25, 35) AS n`,
      [consumerKey],
    );
    await database.query(`
      INSERT INTO replicas SELECT gen_random_uuid(), 'gone', '1.0.0', at, at
      FROM (SELECT now() - n * interval '50 minutes' AS at FROM generate_series(1, 2) AS n) AS old`);
    const left = async () => ({
      minutes: await rows(`verdict_minutes WHERE minute < now() - interval '19 hours'`),
      days: await rows(`consumer_verdict_days WHERE consumer_key = '${consumerKey}'`),
      gone: await rows(`replicas WHERE name = 'gone'`),
    });
    const wanted = { minutes: 5, days: 5, gone: 1 };
    expect(
      await eventually(left, (found) => JSON.stringify(found) === JSON.stringify(wanted)),
    ).toEqual(wanted);
  });
});
