import type { TestBrowser } from '../support/browser.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { signedInStaff } from '../support/staff.js';

const MARKUP = '<script>alert(1)</script>';

/** ADR 0058: the console's figures of verdicts. */
describe('the console: figures', () => {
  // Only the test writes rows for these figures.
  const { database, service } = serviceForAllTests();
  let staff: TestBrowser;
  beforeAll(async () => {
    staff = await signedInStaff(service);
  });

  const minutes = (counts: object, ago: string) =>
    database.query(
      `INSERT INTO verdict_minutes SELECT date_trunc('minute', now()) - interval '${ago}' - n * interval '1 minute', $1
       FROM generate_series(0, 9) AS n`,
      [counts],
    );
  const rows = () =>
    [...staff.page.text.matchAll(/<tr>(?:<td>.*?<\/td>)+<\/tr>/g)].map(([row]) =>
      row.replaceAll(/<\/td>/g, '|').replaceAll(/<[^>]*>/g, ''),
    );

  it('without a request there is nothing to draw', async () => {
    await staff.open('/console/');
    expect(staff.text).toContain('There was no signed request in the last 24 hours.');
    expect(staff.page.text).not.toContain('<figure');
  });

  it('the last day is drawn, and each chart has its numbers behind it', async () => {
    await minutes({ served: 60, nonce_used: 3, 'ms:5': 63 }, '3 hours');
    await minutes(
      { served: 20, signature_invalid: 2, 'hint:scheme_differs': 2, 'ms:5': 20, 'ms:100': 2 },
      '5 hours',
    );
    // Older than a day.
    await minutes({ served: 1_000_000 }, '24 hours 1 minute');
    await staff.open('/console/');
    expect(staff.page.text.match(/<figure class="chart">/g)).toHaveLength(3);
    expect(staff.page.text).toContain('<details><summary>Verdicts a minute: as a table');
    expect(staff.page.text).not.toMatch(/style=|1,000,000/);
    for (const [, path] of staff.page.text.matchAll(/<path class="line line-\d" d="([^"]*)"/g)) {
      expect(path).toMatch(/^[\dMLHh .]+$/);
    }
    expect(rows()).toEqual(
      expect.arrayContaining(['nonce_used|30|', 'signature_invalid|20|', 'scheme_differs|20|']),
    );
    expect(staff.page.text).toContain('href="/console/hints#scheme_differs"');
    await staff.open('/console/hints');
    expect(staff.page.text).toContain('<dt id="scheme_differs">');
  });

  it('tells replicas that write from those that are silent, and secrets in rotation', async () => {
    const { consumerKey } = await service.registerConsumer({ name: 'Rotating' });
    await service.admin('POST', `/admin/consumers/${consumerKey}/secret`, { overlapSeconds: 600 });
    await database.query(
      `INSERT INTO replicas VALUES (gen_random_uuid(), 'killed', '0.9.0', now(), now() - interval '31 seconds')`,
    );
    await staff.open('/console/');
    expect(rows()).toContainEqual(expect.stringMatching(/^killed\|0\.9\.0\|.*\|silent\|$/));
    expect(rows()).toContainEqual(
      expect.stringMatching(/^Rotating\|.*UTC\|not since the rotation\|$/),
    );
    expect(staff.page.text).toContain(`href="/console/consumers/${consumerKey}"`);
  });

  it('one consumer: the week by problem and hint with its first day, and by day', async () => {
    const { consumerKey } = await service.registerConsumer({ name: 'Refused' });
    const other = await service.registerConsumer();
    const on = (key: string, ago: number, counts: object) =>
      database.query(
        `INSERT INTO consumer_verdict_days VALUES ($1, (now() AT TIME ZONE 'UTC')::date - $2::int, $3)`,
        [key, ago, counts],
      );
    const page = `/console/consumers/${consumerKey}/refusals`;
    await staff.open(page);
    expect(staff.text).toContain('Nothing was refused in the last 7 days.');
    await on(consumerKey, 7, { served: 1, nonce_used: 9_999 });
    await on(consumerKey, 5, { served: 5, signature_invalid: 30, 'hint:scheme_differs': 30 });
    await on(consumerKey, 2, { signature_invalid: 9, 'hint:scheme_differs': 7, nonce_used: 1 });
    await on(other.consumerKey, 1, { token_expired: 4 });
    const day = (ago: number) =>
      new Date(Date.now() - ago * 86_400_000).toLocaleDateString('en', {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        timeZone: 'UTC',
      });
    await staff.open(page);
    expect(rows()).toEqual([
      `39 × signature_invalid|${day(5)}|${day(2)}|`,
      `37 × scheme_differs|${day(5)}|${day(2)}|`,
      `1 × nonce_used|${day(2)}|${day(2)}|`,
      `${day(6)}|0|0|`,
      `${day(5)}|35|30|`,
      `${day(4)}|0|0|`,
      `${day(3)}|0|0|`,
      `${day(2)}|10|10|`,
      `${day(1)}|0|0|`,
      `${day(0)}|0|0|`,
    ]);
    expect(staff.page.text).toContain('href="/console/hints#scheme_differs"');
    await staff.open('/console/consumers/nobody/refusals');
    expect(staff.page.status).toBe(404);
  });

  it('escapes whatever stands in a row', async () => {
    await database.query(`INSERT INTO replicas VALUES (gen_random_uuid(), $1, $1, now(), now())`, [
      MARKUP,
    ]);
    await minutes({ [MARKUP]: 9, [`hint:${MARKUP}"`]: 9 }, '1 hour');
    const consumer = await service.registerConsumer({ name: MARKUP });
    await service.admin('POST', `/admin/consumers/${consumer.consumerKey}/secret`, {
      overlapSeconds: 600,
    });
    await database.query(
      `INSERT INTO consumer_verdict_days VALUES ($1, (now() AT TIME ZONE 'UTC')::date, $2)`,
      [consumer.consumerKey, { [MARKUP]: 9, [`hint:${MARKUP}"`]: 9 }],
    );
    for (const page of ['/console/', `/console/consumers/${consumer.consumerKey}/refusals`]) {
      await staff.open(page);
      expect(staff.page.status).toBe(200);
      expect(staff.page.text).toContain('&lt;script&gt;alert');
      expect(staff.page.text).not.toContain('<script>alert');
    }
  });

  it('is small, with a day full of refusals of every kind', async () => {
    const codes = Object.fromEntries(
      Array.from({ length: 55 }, (_, n) => [`some_problem_${n}`, n]),
    );
    await database.query('DELETE FROM verdict_minutes');
    await database.query(
      `INSERT INTO verdict_minutes SELECT date_trunc('minute', now()) - n * interval '1 minute',
         $1::jsonb || jsonb_build_object('served', n * 7 % 1000, 'ms:' || 5, n)
       FROM generate_series(0, 1439) AS n`,
      [codes],
    );
    await staff.open('/console/');
    expect(staff.page.text.length).toBeLessThan(60_000);
    expect(staff.page.text.length).toBeGreaterThan(20_000);
  });
});
