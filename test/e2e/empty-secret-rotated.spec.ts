import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { sendSigned } from '../support/service.js';
import { encodeText } from '../support/signature-witness.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';

describe('an empty secret that a rotation left behind', () => {
  const { service } = serviceForAllTests({ TRUST_PROXY: '127.0.0.1' });

  it('holds for nothing once the flag is taken, though its overlap still runs', async () => {
    const consumer = { consumerKey: 'rotated', consumerSecret: '' };
    const hmac = { signatureMethods: ['HMAC-SHA256'], compatibility: [] };
    const change = async (more: object) =>
      expect((await service.admin('PATCH', '/admin/consumers/rotated', more)).status).toBe(200);
    await service.admin('POST', '/admin/consumers', {
      name: 'x',
      ...consumer,
      signatureMethods: ['PLAINTEXT'],
      compatibility: ['empty_secret'],
      twoLegged: true,
    });
    const overlap = { overlapSeconds: 3_600 };
    const rotated = await service.admin('POST', '/admin/consumers/rotated/secret', overlap);
    const { consumerSecret } = rotated.json<{ consumerSecret: string }>();
    const inClear = (signature: string) =>
      send({
        base: service.publicBase,
        target: ECHO,
        headers: [
          ['X-Forwarded-Proto', 'https'],
          [
            'Authorization',
            `OAuth oauth_consumer_key="rotated", oauth_signature_method="PLAINTEXT", oauth_signature="${signature}"`,
          ],
        ],
      });
    expect((await inClear('%26')).status).toBe(200);
    for (const compatibility of [[], ['secrets_not_encoded']]) {
      await change({ compatibility });
      expect((await inClear('%26')).status).toBe(401);
      expect((await inClear(encodeText(`${consumerSecret}&`))).status).toBe(200);
    }
    await change(hmac);
    const signed = (secret: string) =>
      sendSigned(
        signRequest({
          method: 'GET',
          url: `${service.publicBase}${ECHO}`,
          ...consumer,
          consumerSecret: secret,
          signatureMethod: 'HMAC-SHA256',
        }),
      );
    expect((await signed('')).status).toBe(401);
    expect((await signed(consumerSecret)).status).toBe(200);
  });
});
