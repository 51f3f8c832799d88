import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  ADMIN_API_KEY,
  startTestService,
  type TestConsumer,
  type TestCredentials,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';

describe('contract section 8: /metrics', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeAll(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
  });

  const scrape = async () => (await send({ base: service.adminBase, target: '/metrics' })).text;
  // A request is counted when its connection has finished with it, slightly after the client has the reply.
  const settled = (sample: string) => eventually(scrape, (text) => text.includes(sample));
  const echo = (input: object = {}) =>
    service.signed({ method: 'GET', target: ECHO, ...consumer, ...access, ...input });

  it('needs no key, and speaks the text format of Prometheus', async () => {
    const reply = await send({ base: service.adminBase, target: '/metrics' });
    expect([reply.status, reply.headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(reply.text).toContain('\nprocess_resident_memory_bytes ');
    expect(reply.text).toContain('oauth10_database_pool{state="waiting"} 0');
  });

  it('is not to be had on the public listener', async () => {
    expect((await send({ base: service.publicBase, target: '/metrics' })).status).toBe(404);
  });

  it('counts the whole flow as served', async () => {
    const sample = 'oauth10_verdicts_total{endpoint="token",problem="none"} 1';
    expect(await settled(sample)).toContain(sample);
  });

  it('counts verdicts by problem, as it was and not as uniform detail tells it', async () => {
    const uniform = await startTestService(database.url, { OAUTH_PROBLEM_DETAIL: 'uniform' });
    try {
      await uniform.signed({
        method: 'GET',
        target: ECHO,
        consumerKey: 'nobody',
        consumerSecret: 'x',
      });
      const page = await send({ base: uniform.adminBase, target: '/metrics' });
      expect(page.text).toContain(
        'oauth10_verdicts_total{endpoint="echo",problem="consumer_key_unknown"} 1',
      );
    } finally {
      await uniform.stop(0);
    }
  });

  it('counts what gateways are told, though it travels as 200', async () => {
    const signed = signRequest({
      method: 'GET',
      url: 'https://api.example.com/photos',
      ...consumer,
      ...access,
      tokenSecret: 'wrong',
    });
    await service.admin('POST', '/verify', {
      method: 'GET',
      url: 'https://api.example.com/photos',
      headers: Object.fromEntries(signed.headers),
    });
    await send({
      base: service.adminBase,
      target: '/authz/nginx',
      headers: [
        ['X-Gateway-Key', ADMIN_API_KEY],
        ['X-Original-Method', 'GET'],
        ['X-Original-URL', 'https://api.example.com/photos?oauth_nonce=1&oauth_nonce=2'],
      ],
    });
    const verify = 'oauth10_verdicts_total{endpoint="verify",problem="signature_invalid"} 1';
    const nginx = 'oauth10_verdicts_total{endpoint="authz/nginx",problem="parameter_rejected"} 1';
    const text = await settled(nginx);
    expect(text).toContain(verify);
    expect(text).toContain(nginx);
  });

  it('shows how far clocks of clients are off', async () => {
    await echo({ timestamp: String(Math.floor(Date.now() / 1000) + 3000) });
    const text = await settled('problem="timestamp_refused"');
    const upTo = (bucket: string) =>
      Number(new RegExp(`skew_seconds_bucket{le="${bucket}"} (\\d+)`).exec(text)?.[1]);
    expect(upTo('3600')).toBe(upTo('600') + 1);
  });

  it('has no label that a caller chose, however many paths and keys are tried', async () => {
    const before = (await scrape()).split('\n').length;
    for (let n = 0; n < 50; n += 1) {
      await send({ base: service.publicBase, target: `/oauth/oauth10/probe-${n}` });
      await service.signed({
        method: 'GET',
        target: `${ECHO}?n=${n}`,
        consumerKey: `guess-${n}`,
        consumerSecret: 'x',
      });
    }
    const text = await scrape();
    expect(text).not.toMatch(/guess-|probe-/);
    expect(text).not.toContain(consumer.consumerKey);
    expect(text).not.toContain(access.token);
    expect(text.split('\n').length).toBeLessThan(before + 80);
  });
});
