import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { describeWith, POSTGRESQL } from '../support/debian-tools.js';
import { startDebianPostgresql, type DebianPostgresql } from '../support/debian-postgresql.js';
import { eventually } from '../support/eventually.js';
import {
  sendSigned,
  startTestService,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';
import { Stopwatch } from '../support/stopwatch.js';

type Signed = ReturnType<typeof signRequest>;

const WORKERS = 6;

describeWith([POSTGRESQL], 'a standby of PostgreSQL is promoted, its primary killed:', () => {
  let server: DebianPostgresql;
  let standby: string;
  let standbyUrl: URL;
  let service: TestService;
  let consumer: TestConsumer;
  let access: TestCredentials;

  /** @param isSynchronous whether a commit waits for the standby */
  async function start(isSynchronous: boolean): Promise<void> {
    server = await startDebianPostgresql();
    await onPrimary('CREATE DATABASE app', 'postgres');
    standby = `${server.folder}/standby`;
    server.run(
      'pg_basebackup',
      `--pgdata=${standby}`,
      '-R',
      '--checkpoint=fast',
      `--dbname=${server.url('')}`,
    );
    const port = await server.start(standby);
    standbyUrl = new URL(server.url('app'));
    standbyUrl.port = String(port);
    if (isSynchronous) {
      await onPrimary("ALTER SYSTEM SET synchronous_standby_names = '*'", 'postgres');
      await onPrimary('SELECT pg_reload_conf()', 'postgres');
    }
    await eventually(
      () => onPrimary<{ state: string }>('SELECT sync_state AS state FROM pg_stat_replication'),
      (rows) => rows[0]?.state === (isSynchronous ? 'sync' : 'async'),
    );
    const hosts = `127.0.0.1:${new URL(server.url('app')).port},127.0.0.1:${port}`;
    const parameters = 'target_session_attrs=read-write';
    service = await startTestService(`postgres://oauth10@${hosts}/app?${parameters}`);
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
  }
  afterEach(async () => {
    await service.stop(0);
    server.stop();
  });

  async function onServer<Row>(url: string, sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }
  const onPrimary = <Row>(sql: string, database = 'app') =>
    onServer<Row>(server.url(database), sql);
  const onStandby = <Row>(sql: string) => onServer<Row>(standbyUrl.href, sql);

  const sign = () =>
    signRequest({
      method: 'GET',
      url: `${service.publicBase}/oauth/oauth10/echo`,
      ...consumer,
      ...access,
    });
  const status = async (request: Signed) =>
    (await sendSigned(request, { base: service.publicBase })).status;

  /** Kills the primary, like a loss of power, and promotes the standby. */
  function failOver(): Stopwatch {
    server.killFirst();
    server.run('pg_ctl', 'promote', '--wait', `--pgdata=${standby}`);
    return new Stopwatch();
  }
  const untilServed = () =>
    eventually(
      () => status(sign()),
      (one) => one === 200,
    );

  it('asynchronous, and behind: what it lacks is not accepted again', async () => {
    await start(false);
    await onStandby("ALTER SYSTEM SET primary_conninfo = ''");
    await onStandby('SELECT pg_reload_conf()');
    await eventually(
      () => onPrimary('SELECT FROM pg_stat_replication'),
      (rows) => rows.length === 0,
    );
    const requests = Array.from({ length: 20 }, sign);
    for (const request of requests) expect(await status(request)).toBe(200);
    const count = 'SELECT count(*)::int AS n FROM nonces';
    const [[there], [here]] = await Promise.all([
      onPrimary<{ n: number }>(count),
      onStandby<{ n: number }>(count),
    ]);
    expect((there?.n ?? 0) - (here?.n ?? 0)).toBe(requests.length);
    failOver();
    const seen = new Set<number>();
    const back = await eventually(
      async () => {
        for (const request of requests) seen.add(await status(request));
        return status(sign());
      },
      (one) => one === 200,
    );
    expect(back).toBe(200);
    for (const request of requests) seen.add(await status(request));
    seen.delete(503);
    expect(seen).toEqual(new Set([401]));
  });

  it('synchronous, under load: nothing acknowledged is lost, nothing is done twice', async () => {
    await start(true);
    const accepted: Signed[] = [];
    const tokens: TestCredentials[] = [];
    let isOver = false;
    const worker = async () => {
      while (!isOver) {
        const request = sign();
        if ((await status(request).catch(() => 0)) === 200) accepted.push(request);
        // A flow that fails acknowledged no token.
        await service.accessToken(consumer).then(
          (token) => tokens.push(token),
          () => sleep(50),
        );
      }
    };
    const workers = Array.from({ length: WORKERS }, worker);
    await eventually(
      () => Promise.resolve(tokens.length),
      (count) => count >= 20,
    );
    const watch = failOver();
    expect(await untilServed()).toBe(200);
    expect(watch.stop()).toBeLessThan(5_000);
    isOver = true;
    await Promise.all(workers);

    const again = new Set<number>();
    for (const request of accepted) again.add(await status(request));
    expect(again).toEqual(new Set([401]));
    const rows = await onStandby<{ token: string }>('SELECT token FROM access_tokens');
    const known = new Set(rows.map(({ token }) => token));
    expect(tokens.filter(({ token }) => token !== '' && !known.has(token))).toEqual([]);
    expect(
      await onStandby(
        'SELECT FROM access_tokens GROUP BY temporary_token HAVING count(*) > 1 AND temporary_token IS NOT NULL',
      ),
    ).toEqual([]);
  });
});
