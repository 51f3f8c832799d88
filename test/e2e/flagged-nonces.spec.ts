import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';

describe('the nonce of a consumer with flags (RFC 5849 section 3.3)', () => {
  const { service } = serviceForAllTests();

  const signedBy = async (flag: string, nonce: string, more: [string, string][] = []) => {
    const consumer = await service.registerConsumer({ twoLegged: true, compatibility: [flag] });
    const { target } = signRequest({
      method: 'GET',
      url: `${service.publicBase}${ECHO}`,
      place: 'query',
      nonce,
      override: Object.fromEntries(more),
      ...consumer,
    });
    return async (changed: (target: string) => string) => {
      const reply = await send({ base: service.publicBase, target: changed(target) });
      return reply.status === 200 ? 200 : reply.form()['oauth_problem'];
    };
  };
  const withNonce = (sent: string) => (target: string) =>
    target.replace(/oauth_nonce=[^&]*/, `oauth_nonce=${sent}`);

  it('literal_plus: one signature is good once, however its nonce is sent', async () => {
    const sentAs = ['a+b+c', 'a%2Bb%2Bc', 'a%2Bb+c', 'a+b%2Bc'];
    for (const first of sentAs) {
      const ask = await signedBy('literal_plus', 'a+b+c');
      expect(await ask(withNonce(first))).toBe(200);
      for (const again of sentAs) {
        expect([again, await ask(withNonce(again))]).toEqual([again, 'nonce_used']);
      }
    }
  });

  it('line_ends: no name and no protocol parameter is read otherwise than it was sent', async () => {
    const ask = await signedBy('line_ends', 'a\nb', [['oauth_body_hash', 'x']]);
    for (const changed of [
      withNonce('a%0D%0Ab'),
      (target: string) => target.replace('oauth_nonce', 'oauth_n%0D%0Aonce'),
      (target: string) => target.replace('oauth_body_hash', 'oau%0D%0Ath_body_hash'),
    ]) {
      expect(await ask(changed)).toMatch(/^(signature_invalid|parameter_absent)$/);
    }
  });
});
