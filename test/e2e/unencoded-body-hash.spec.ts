import { createHash, generateKeyPairSync } from 'node:crypto';
import MastercardSigner from 'mastercard-oauth1-signer';
import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { sendSigned } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const TARGET = '/oauth/oauth10/echo?to=a%20b';
const BODY = '{"amount":12}';

const hashOf = (body: string): string => createHash('sha256').update(body).digest('base64');

describe('docs/adr/0010: a body hash that was sent unencoded may be signed unencoded', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const { service } = serviceForAllTests();
  let consumerKey: string;

  beforeAll(async () => {
    const rsaPublicKey = publicKey.export({ type: 'spki', format: 'pem' });
    ({ consumerKey } = await service.registerConsumer({ twoLegged: true, rsaPublicKey }));
  });

  const headerFor = (body: string): string =>
    MastercardSigner.getAuthorizationHeader(
      service.publicBase + TARGET,
      'POST',
      body,
      consumerKey,
      pem,
    );
  const post = (authorization: string, body = BODY): Promise<HttpReply> =>
    send({
      base: service.publicBase,
      method: 'POST',
      target: TARGET,
      headers: [
        ['Authorization', authorization],
        ['Content-Type', 'application/json'],
      ],
      body,
    });
  const outcome = ({ status, text }: HttpReply) =>
    status === 200 ? 200 : [status, new URLSearchParams(text).get('oauth_problem')];

  it('serves Mastercard’s signer once, and no second time', async () => {
    const authorization = headerFor(BODY);
    const reply = await post(authorization);
    expect([reply.status, reply.json().consumerKey]).toEqual([200, consumerKey]);
    expect(outcome(await post(authorization))).toEqual([401, 'nonce_used']);
  });

  it('refuses another body, and spends no nonce on it', async () => {
    const authorization = headerFor(BODY);
    const refused = await post(authorization, BODY.replace('12', '1200'));
    expect(outcome(refused)).toEqual([400, 'parameter_rejected']);
    expect(outcome(await post(authorization))).toBe(200);
  });

  it('refuses another hash for another body: the hash is signed', async () => {
    const other = BODY.replace('12', '1200');
    const authorization = headerFor(BODY).replace(hashOf(BODY), hashOf(other));
    expect(authorization).toContain(hashOf(other));
    expect(outcome(await post(authorization, other))).toEqual([401, 'signature_invalid']);
  });

  it('refuses the same signature where the header holds the hash encoded', async () => {
    const hash = hashOf(BODY);
    const authorization = headerFor(BODY).replace(hash, encodeURIComponent(hash));
    expect(outcome(await post(authorization))).toEqual([401, 'signature_invalid']);
  });

  it('refuses any other value that is signed as it was sent', async () => {
    // Besides the hash, the header also contains an unencoded `x`, as this signer would sign it in a query.
    const authorization = headerFor(BODY).replace('OAuth ', 'OAuth x="a=",');
    expect(outcome(await post(authorization))).toEqual([401, 'signature_invalid']);
  });

  it('serves clients that leave the header unencoded and sign by the RFC', async () => {
    const signed = signRequest({
      method: 'POST',
      url: service.publicBase + TARGET,
      consumerKey,
      privateKey,
      signatureMethod: 'RSA-SHA256',
      body: BODY,
      contentType: 'application/json',
      bodyHash: 'sha256',
      tamper: {
        authorization: (header) => header.replace(encodeURIComponent(hashOf(BODY)), hashOf(BODY)),
      },
    });
    expect(Object.fromEntries(signed.headers)['Authorization']).toContain(`"${hashOf(BODY)}"`);
    expect(outcome(await sendSigned(signed))).toBe(200);
  });
});
