import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';

describe('the nonce of a consumer with flags (RFC 5849 section 3.3)', () => {
  const { service } = serviceForAllTests();

  it.each([
    [
      'literal_plus',
      'a+b+c+d',
      ['a+b+c+d', 'a%2Bb%2Bc%2Bd', 'a%2Bb+c+d', 'a+b%2Bc+d', 'a+b+c%2Bd'],
    ],
    ['line_ends', 'a\nb\nc', ['a%0Ab%0Ac', 'a%0D%0Ab%0D%0Ac', 'a%0D%0Ab%0Ac', 'a%0Ab%0D%0Ac']],
  ])('%s: one signature is good once, however its nonce is sent', async (flag, nonce, sentAs) => {
    for (const first of sentAs) {
      const consumer = await service.registerConsumer({
        twoLegged: true,
        compatibility: [flag],
      });
      const { target } = signRequest({
        method: 'GET',
        url: `${service.publicBase}${ECHO}`,
        place: 'query',
        nonce,
        ...consumer,
      });
      const ask = async (sent: string) => {
        const asked = target.replace(/oauth_nonce=[^&]*/, `oauth_nonce=${sent}`);
        const reply = await send({ base: service.publicBase, target: asked });
        return reply.status === 200 ? 200 : reply.form()['oauth_problem'];
      };
      expect(await ask(first)).toBe(200);
      for (const again of sentAs) expect([again, await ask(again)]).toEqual([again, 'nonce_used']);
    }
  });
});
