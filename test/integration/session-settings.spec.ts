import { databaseForAllTests } from '../support/service-for-all-tests.js';
import { startTestService, type TestService } from '../support/service.js';

// Settings that an earlier user of a pooled session may have left. pgbouncer restores DateStyle and TimeZone for each
// client, but not these.
const LEFT = { extra_float_digits: '-15', bytea_output: 'escape' };

describe('in a session that somebody left with settings of his own', () => {
  const services: TestService[] = [];
  const database = databaseForAllTests(() =>
    Promise.all(services.map((service) => service.stop(0))),
  );

  beforeAll(async () => {
    for (const [name, value] of Object.entries(LEFT)) {
      await database.query(`DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET ${name} = %L', current_database(), '${value}'); END $$`);
    }
    services.push(await startTestService(database.url));
  });

  it('the clock, the ends of tokens and the record are exact', async () => {
    const [service] = services as [TestService];
    const consumer = await service.registerConsumer({ accessTokenTtlSeconds: 1_000 });
    const access = await service.accessToken(consumer);
    const target = '/oauth/oauth10/echo';
    const call = () => service.signed({ method: 'GET', target, ...consumer, ...access });
    expect((await call()).status).toBe(200);
    const end = (await service.admin('GET', `/admin/tokens/${access.token}`)).json<{
      expiresAt: string;
    }>();
    expect(Math.abs(Date.parse(end.expiresAt) - Date.now() - 1_000_000)).toBeLessThan(60_000);
    const path = `/admin/consumers/${consumer.consumerKey}`;
    for (let change = 0; change < 20; change += 1) {
      expect((await service.admin('PATCH', path, { name: `Change ${change}` })).status).toBe(200);
    }
    await database.query(
      `UPDATE access_tokens SET expires_at = now() - interval '1 second' WHERE token = $1`,
      [access.token],
    );
    await service.admin('PATCH', path, { name: 'Last' }); // the notification arrives first
    expect((await call()).form()['oauth_problem']).toBe('token_expired');
  });
});
