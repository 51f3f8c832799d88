import { createHmac } from 'node:crypto';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  ADMIN_API_KEY,
  startTestService,
  type TestConsumer,
  type TestCredentials,
} from '../support/service.js';
import { encodeText, witnessBaseString, type Pair } from '../support/signature-witness.js';

/** A signer whose base string and key a test can change. */
function headerOf(
  url: string,
  { consumerKey, consumerSecret, token, tokenSecret = '' }: TestConsumer & Partial<TestCredentials>,
  change: {
    method?: string;
    signed?: (pairs: Pair[]) => Pair[];
    base?: (baseString: string) => string;
    key?: string;
    write?: (digest: Buffer) => string;
    nonce?: string;
  } = {},
): string {
  const protocol: Pair[] = [
    ['oauth_consumer_key', consumerKey],
    ...(token === undefined ? [] : [['oauth_token', token] as const]),
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(Math.floor(Date.now() / 1000))],
    ['oauth_nonce', change.nonce ?? Math.random().toString(36).slice(2)],
  ];
  const { signed = (pairs: Pair[]) => pairs, base = (text: string) => text } = change;
  const query = [...new URL(url).searchParams].map((pair): Pair => [pair[0], pair[1]]);
  const baseString = base(
    witnessBaseString(change.method ?? 'GET', url.split('?')[0]!, signed([...protocol, ...query])),
  );
  const key = change.key ?? `${encodeText(consumerSecret ?? '')}&${encodeText(tokenSecret)}`;
  const digest = createHmac('sha1', key).update(baseString, 'latin1').digest();
  const { write = (octets: Buffer) => octets.toString('base64') } = change;
  const all: Pair[] = [...protocol, ['oauth_signature', write(digest)]];
  return `OAuth ${all.map(([name, value]) => `${name}="${encodeText(value)}"`).join(', ')}`;
}

describe('why a signature was refused (contract section 10)', () => {
  // The tests send more wrong signatures per second than the default limit on hints allows.
  const { database, service } = serviceForAllTests({ SIGNATURE_HINTS_PER_SECOND: '1000' });
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ twoLegged: true });
    access = await service.accessToken(consumer, 'jane');
  });

  const url = () => `${service.publicBase}/oauth/oauth10/echo?a=1&size=original`;
  const ask = (authorization: string, target = '/oauth/oauth10/echo?a=1&size=original') =>
    send({ base: service.publicBase, target, headers: [['Authorization', authorization]] });

  it('names the mistake and the mend; verdict, status, headers and nonce stay as they are', async () => {
    const signing = { ...consumer, ...access };
    const nonce = 'unspent';
    const reply = await ask(
      headerOf(url(), signing, { key: `${encodeText(consumer.consumerSecret!)}&`, nonce }),
    );
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe(
      'OAuth realm="oauth10", oauth_problem="signature_invalid"',
    );
    expect(reply.form()).toEqual({
      oauth_problem: 'signature_invalid',
      oauth_problem_advice: expect.stringContaining('token secret'),
      oauth_signature_hint: 'token_secret_left_out',
    });
    expect((await ask(headerOf(url(), signing, { nonce }))).status).toBe(200);
  });

  it.each([
    ['method_differs', { method: 'POST' }],
    ['query_left_out', { signed: (pairs: Pair[]) => pairs.filter(([n]) => n.startsWith('oauth')) }],
    [
      'empty_token_signed',
      { signed: (pairs: Pair[]) => [...pairs, ['oauth_token', '']] as Pair[] },
    ],
    ['scheme_differs', { base: (text: string) => text.replace('http%3A', 'https%3A') }],
    ['signature_is_hex', { write: (digest: Buffer) => digest.toString('hex') }],
    ['signature_encoded_twice', { write: (d: Buffer) => encodeText(d.toString('base64')) }],
    [
      'lower_case_escapes',
      { base: (text: string) => text.replace(/%../g, (e) => e.toLowerCase()) },
    ],
  ])('%s', async (code, change) => {
    const reply = await ask(headerOf(url(), consumer, change));
    expect(reply.form()).toMatchObject({ oauth_signature_hint: code });
  });

  it('searches no request of more than 16 KiB: that would take a stranger’s thread for long', async () => {
    const refusal = async (octets: number) => {
      const target = '/oauth/oauth10/echo';
      const body = `a=${'x'.repeat(octets)}`;
      const wrong = { method: 'POST', key: encodeText(consumer.consumerSecret!) };
      const authorization = headerOf(`${service.publicBase}${target}?${body}`, consumer, wrong);
      const reply = await send({
        base: service.publicBase,
        target,
        method: 'POST',
        headers: [
          ['Authorization', authorization],
          ['Content-Type', 'application/x-www-form-urlencoded'],
        ],
        body,
      });
      return reply.form();
    };
    expect(await refusal(12_000)).toMatchObject({ oauth_signature_hint: 'key_incomplete' });
    const long = await refusal(17_000);
    expect(long).toMatchObject({ oauth_problem: 'signature_invalid' });
    expect(long).not.toHaveProperty('oauth_signature_hint');
  });

  it('explains nothing to who does not hold the secrets', async () => {
    const wrong = { method: 'POST' };
    const strangers = [
      { ...consumer, consumerKey: 'unknown' },
      { ...consumer, consumerSecret: 'another' },
      { ...consumer, ...access, token: 'unknown' },
    ];
    for (const stranger of strangers) {
      const reply = await ask(headerOf(url(), stranger, wrong));
      expect(reply.status).toBe(401);
      expect(reply.form()).not.toHaveProperty('oauth_signature_hint');
    }
  });

  it('says it to gateways as hint', async () => {
    const verdict = await send({
      base: service.adminBase,
      target: '/verify',
      method: 'POST',
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', 'application/json'],
      ],
      body: JSON.stringify({
        method: 'GET',
        url: 'https://api.example.com/photos',
        headers: {
          Authorization: headerOf('http://api.example.com/photos', consumer),
          Host: 'internal.example:8080',
        },
      }),
    });
    expect(JSON.parse(verdict.text)).toMatchObject({
      active: false,
      problem: 'signature_invalid',
      hint: 'scheme_differs',
      advice: expect.stringContaining('scheme'),
    });
  });

  it.each([
    ['SIGNATURE_HINTS', 'false'],
    ['OAUTH_PROBLEM_DETAIL', 'uniform'],
    ['SIGNATURE_HINTS_PER_SECOND', '0'],
  ])('has none with %s=%s', async (name, value) => {
    const other = await startTestService(database.url, { [name]: value });
    const target = '/oauth/oauth10/echo?a=1';
    const authorization = headerOf(`${other.publicBase}${target}`, consumer, { method: 'POST' });
    const reply = await send({
      base: other.publicBase,
      target,
      headers: [['Authorization', authorization]],
    });
    await other.stop(0);
    const { oauth_problem: problem, oauth_signature_hint: hint } = reply.form();
    expect([problem, hint]).toEqual(['signature_invalid', undefined]);
  });
});
