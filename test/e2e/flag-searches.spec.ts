import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const ECHO = '/oauth/oauth10/echo';

describe('a wrong signature of a consumer with flags of compatibility', () => {
  const { service } = serviceForAllTests();

  it('who knows the key of such a consumer takes little of the thread; it is served again soon', async () => {
    const flagged = await service.registerConsumer({
      twoLegged: true,
      compatibility: ['line_ends', 'literal_plus'],
    });
    const target = `${ECHO}?a=1+2`;
    const tamper = { baseString: (text: string) => text.replace('1%25202', '1%252B2') };
    const status = async () =>
      (await service.signed({ method: 'GET', target, ...flagged, tamper })).status;
    expect(await status()).toBe(200);
    const long: [string, string][] = [['text', '\r\n+ '.repeat(4_000)]];
    const wrong = { method: 'POST', target: ECHO, ...flagged, consumerSecret: 'wrong' };
    let refusals = 0;
    // After too many failed searches the flags are no longer tried. Requests that need no flag are still served.
    while ((await status()) === 200 && refusals < 200) {
      const reply = await service.signed({ ...wrong, parameters: long });
      expect(reply.status).toBe(401);
      refusals += 1;
    }
    expect(refusals).toBeLessThan(200);
    expect((await service.signed({ method: 'GET', target: ECHO, ...flagged })).status).toBe(200);
    expect(await eventually(status, (code) => code === 200)).toBe(200);
  });
});
