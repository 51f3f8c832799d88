import { generateKeyPairSync } from 'node:crypto';
import type { TestDatabase } from '../support/database.js';
import type { SigningInput } from '../support/signing-client.js';
import type { TestCredentials, TestService } from '../support/service.js';

// Section 4 of the contract: each row breaks one thing in an otherwise valid request.
export interface Refusal {
  readonly title: string;
  /** Default: initiate. */
  readonly target?: string;
  readonly method?: string;
  readonly broken: (world: World) => Partial<SigningInput> | Promise<Partial<SigningInput>>;
  readonly status: 400 | 401;
  readonly code: string;
  readonly extra?: Record<string, unknown>;
}

/** What the rows may use to break a request. */
export interface World {
  service: TestService;
  database: TestDatabase;
  consumer: { consumerKey: string; consumerSecret: string };
  other: { consumerKey: string; consumerSecret: string };
  /** Creates temporary credentials that the owner has allowed, with their verifier. */
  allowed: () => Promise<TestCredentials & { verifier: string }>;
}

export const INITIATE = '/oauth/oauth10/initiate';
const TOKEN = '/oauth/oauth10/token';
export const ECHO = '/oauth/oauth10/echo';
const nowSeconds = (): number => Math.floor(Date.now() / 1000);
/** The default signature methods of a consumer. */
const DEFAULT_METHODS = 'HMAC-SHA1&HMAC-SHA256&HMAC-SHA512';
/** The methods of the service without TLS, as in the tests. */
const METHODS_WITHOUT_TLS = `${DEFAULT_METHODS}&RSA-SHA1&RSA-SHA256&RSA-SHA512`;
export const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

const without = (...omit: string[]) => ({ omit });
const replaced = (name: string, value: string) => ({ override: { [name]: value } });
export const absent = (names: string) => ({ oauth_parameters_absent: names });
const rejected = (names: string) => ({ oauth_parameters_rejected: names });

/** Temporary credentials whose owner denied access. */
export async function denied({
  service,
  consumer,
}: Pick<World, 'service' | 'consumer'>): Promise<TestCredentials> {
  const credentials = await service.initiate(consumer);
  await service.admin('POST', `/admin/authorization-requests/${credentials.token}/reject`, {});
  return credentials;
}

export const REFUSALS: Refusal[] = [
  ...[
    'oauth_consumer_key',
    'oauth_signature_method',
    'oauth_timestamp',
    'oauth_nonce',
    'oauth_callback',
    'oauth_signature',
  ].map((name): Refusal => ({
    title: `${name} is missing`,
    broken: () => without(name),
    status: 400,
    code: 'parameter_absent',
    extra: absent(name),
  })),
  {
    title: 'an empty required value counts as absent',
    broken: () => replaced('oauth_nonce', ''),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_nonce'),
  },
  {
    title: 'PLAINTEXT with a timestamp and no nonce',
    broken: () => ({ signatureMethod: 'PLAINTEXT', omit: ['oauth_nonce'] }),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_nonce'),
  },
  {
    title: 'a malformed timestamp beside a wrong version: shape comes first',
    broken: () => ({ timestamp: 'x', override: { oauth_version: '2.0' } }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('oauth_timestamp'),
  },
  ...['application/x-www-form-urlencoded, text/plain', 'application/x-www-form-urlencodedx'].map(
    (contentType): Refusal => ({
      title: `Content-Type: ${contentType}`,
      method: 'POST',
      broken: () => ({ body: 'a=b', contentType }),
      status: 400,
      code: 'parameter_rejected',
      extra: rejected('Content-Type'),
    }),
  ),
  {
    title: 'the verifier is missing at the exchange',
    target: TOKEN,
    broken: async ({ allowed }) => ({ ...(await allowed()), verifier: undefined }),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_verifier'),
  },
  {
    title: 'a protected resource without a token, the consumer not being two-legged',
    target: ECHO,
    broken: () => ({}),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_token'),
  },
  {
    title: 'a protocol parameter twice',
    broken: () => ({
      tamper: { sentParameters: (pairs) => [...pairs, ['oauth_nonce', 'again'] as const] },
    }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('oauth_nonce'),
  },
  {
    title: 'protocol parameters in two places',
    broken: () => ({ tamper: { target: (target) => `${target}?oauth_version=1.0` } }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('oauth_version'),
  },
  {
    title: 'bad percent-encoding',
    broken: () => ({ tamper: { target: (target) => `${target}?a=%zz` } }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('a'),
  },
  {
    title: 'a callback that is not registered',
    broken: () => ({ callback: 'http://evil.example.com/' }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('oauth_callback'),
  },
  {
    title: 'OOB, which is not oob',
    broken: () => ({ callback: 'OOB' }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('oauth_callback'),
  },
  {
    title: 'a scope that the consumer is not allowed',
    broken: () => ({ extraParameters: [['scope', 'photos admin']] }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('scope'),
  },
  {
    title: 'a token at initiate',
    broken: () => ({ token: 'something' }),
    status: 400,
    code: 'parameter_rejected',
    extra: rejected('oauth_token'),
  },
  {
    title: 'more than 256 parameters',
    broken: () => ({ tamper: { target: (target) => `${target}?${'a&'.repeat(257)}` } }),
    status: 400,
    code: 'parameter_rejected',
  },
  ...['0', '-1', '+1', '1.5', '1e9', 'abc', '9'.repeat(16), '9'.repeat(20), '١٢٣'].map(
    (timestamp): Refusal => ({
      title: `a timestamp of ${timestamp}`,
      broken: () => ({ timestamp }),
      status: 400,
      code: 'parameter_rejected',
      extra: rejected('oauth_timestamp'),
    }),
  ),
  ...['2.0', '1.0b', ''].map((version): Refusal => ({
    title: `version "${version}"`,
    broken: () => replaced('oauth_version', version),
    status: 400,
    code: 'version_rejected',
    extra: { oauth_acceptable_versions: '1.0-1.0' },
  })),
  ...['hmac-sha1', 'HMAC-MD5', '__proto__', 'none'].map((name): Refusal => ({
    title: `the method ${name}`,
    broken: () => replaced('oauth_signature_method', name),
    status: 400,
    code: 'signature_method_rejected',
    extra: { oauth_acceptable_signature_methods: METHODS_WITHOUT_TLS },
  })),
  {
    title: 'RSA from a consumer that registered none',
    broken: () => ({ signatureMethod: 'RSA-SHA256', privateKey }),
    status: 400,
    code: 'signature_method_rejected',
    extra: { oauth_acceptable_signature_methods: 'HMAC-SHA1&HMAC-SHA256&PLAINTEXT' },
  },
  {
    title: 'RSA-SHA1 from a consumer with the default RSA methods',
    broken: async ({ service }) => ({
      ...(await service.registerConsumer({ rsaPublicKey: publicKeyPem })),
      signatureMethod: 'RSA-SHA1',
      privateKey,
    }),
    status: 400,
    code: 'signature_method_rejected',
    extra: { oauth_acceptable_signature_methods: 'RSA-SHA256&RSA-SHA512' },
  },
  {
    title: 'a weak method after its day',
    broken: async ({ service, database }) => {
      const consumer = await service.registerConsumer();
      await database.query(
        "UPDATE consumers SET weak_signatures_until = now() - interval '1s' WHERE consumer_key = $1",
        [consumer.consumerKey],
      );
      return { ...consumer, signatureMethod: 'HMAC-SHA1' };
    },
    status: 400,
    code: 'signature_method_rejected',
    extra: { oauth_acceptable_signature_methods: 'HMAC-SHA256&HMAC-SHA512' },
  },
  {
    title: 'PLAINTEXT without TLS',
    broken: () => ({ signatureMethod: 'PLAINTEXT' }),
    status: 400,
    code: 'signature_method_rejected',
    extra: { oauth_acceptable_signature_methods: METHODS_WITHOUT_TLS },
  },
  ...[-310, 310].map((seconds): Refusal => ({
    title: `a clock that is ${seconds} s off`,
    broken: () => ({ timestamp: nowSeconds() + seconds }),
    status: 401,
    code: 'timestamp_refused',
    extra: { oauth_acceptable_timestamps: expect.stringMatching(/^\d{10}-\d{10}$/) },
  })),
  {
    title: 'an unknown consumer',
    broken: () => ({ consumerKey: 'nobody' }),
    status: 401,
    code: 'consumer_key_unknown',
  },
  {
    title: 'a disabled consumer',
    broken: async ({ service }) => {
      const disabled = await service.registerConsumer();
      await service.admin('PATCH', `/admin/consumers/${disabled.consumerKey}`, {
        status: 'disabled',
      });
      return disabled;
    },
    status: 401,
    code: 'consumer_key_rejected',
  },
  {
    title: 'a disabled consumer that signs wrongly is told nothing of it',
    broken: async ({ service }) => {
      const disabled = await service.registerConsumer();
      await service.admin('PATCH', `/admin/consumers/${disabled.consumerKey}`, {
        status: 'disabled',
      });
      return { ...disabled, consumerSecret: 'wrong' };
    },
    status: 401,
    code: 'signature_invalid',
  },
  {
    title: 'a consumer past its date',
    broken: async ({ service, database }) => {
      const expired = await service.registerConsumer();
      await database.query(
        "UPDATE consumers SET expires_at = now() - interval '1s' WHERE consumer_key = $1",
        [expired.consumerKey],
      );
      return expired;
    },
    status: 401,
    code: 'consumer_key_rejected',
  },
  {
    title: 'a consumer that calls from elsewhere',
    broken: ({ service }) => service.registerConsumer({ allowedAddresses: ['192.0.2.0/24'] }),
    status: 401,
    code: 'consumer_key_rejected',
  },
  {
    title: 'an unknown token',
    target: TOKEN,
    broken: () => ({ token: 'nothing', tokenSecret: 'x', verifier: 'x' }),
    status: 401,
    code: 'token_rejected',
  },
  {
    title: 'another consumer’s token',
    target: TOKEN,
    broken: async ({ allowed, other }) => ({ ...(await allowed()), ...other }),
    status: 401,
    code: 'token_rejected',
  },
  {
    title: 'an access token where temporary credentials belong',
    target: TOKEN,
    broken: async ({ service, consumer }) => ({
      ...(await service.accessToken(consumer)),
      verifier: 'x',
    }),
    status: 401,
    code: 'token_rejected',
  },
  {
    title: 'temporary credentials where an access token belongs',
    target: ECHO,
    broken: async ({ service, consumer }) => service.initiate(consumer),
    status: 401,
    code: 'token_rejected',
  },
  {
    title: 'expired temporary credentials',
    target: TOKEN,
    broken: async ({ allowed, database }) => {
      const credentials = await allowed();
      await database.query(
        "UPDATE temporary_credentials SET expires_at = now() - interval '1s' WHERE token = $1",
        [credentials.token],
      );
      return credentials;
    },
    status: 401,
    code: 'token_expired',
  },
  {
    title: 'an expired access token',
    target: ECHO,
    broken: async ({ service, consumer, database }) => {
      const credentials = await service.accessToken(consumer);
      await database.query(
        "UPDATE access_tokens SET expires_at = now() - interval '1s' WHERE token = $1",
        [credentials.token],
      );
      return credentials;
    },
    status: 401,
    code: 'token_expired',
  },
  {
    title: 'a revoked access token',
    target: ECHO,
    broken: async ({ service, consumer }) => {
      const credentials = await service.accessToken(consumer);
      await service.signed({
        method: 'POST',
        target: '/oauth/oauth10/revoke',
        ...consumer,
        ...credentials,
      });
      return credentials;
    },
    status: 401,
    code: 'token_revoked',
  },
  {
    title: 'temporary credentials that were exchanged',
    target: TOKEN,
    broken: async ({ allowed, service, consumer }) => {
      const { verifier, ...credentials } = await allowed();
      await service.exchange(consumer, credentials, verifier);
      return { ...credentials, verifier };
    },
    status: 401,
    code: 'token_used',
  },
  {
    title: 'a wrong consumer secret',
    broken: () => ({ consumerSecret: 'wrong' }),
    status: 401,
    code: 'signature_invalid',
  },
  {
    title: 'a wrong token secret',
    target: TOKEN,
    broken: async ({ allowed }) => ({ ...(await allowed()), tokenSecret: 'wrong' }),
    status: 401,
    code: 'signature_invalid',
  },
  {
    title: 'a signature that is no base64',
    broken: () => replaced('oauth_signature', 'nonsense!'),
    status: 401,
    code: 'signature_invalid',
  },
  {
    title: 'a used nonce',
    broken: async ({ service, consumer }) => {
      const again = { nonce: 'once-and-again', timestamp: nowSeconds(), callback: 'oob' };
      await service.signed({ method: 'POST', target: INITIATE, ...consumer, ...again });
      return again;
    },
    status: 401,
    code: 'nonce_used',
  },
  {
    title: 'an exchange before the owner decided',
    target: TOKEN,
    broken: async ({ service, consumer }) => ({
      ...(await service.initiate(consumer)),
      verifier: 'guess',
    }),
    status: 401,
    code: 'permission_unknown',
  },
  {
    title: 'an exchange after the owner refused',
    target: TOKEN,
    broken: async (world) => ({ ...(await denied(world)), verifier: 'guess' }),
    status: 401,
    code: 'permission_denied',
  },
  // Section 16: clients that do not expect a denial attempt the exchange.
  ...[undefined, ''].map((verifier): Refusal => ({
    title: `an exchange after the owner refused, the verifier ${verifier ?? 'missing'}`,
    target: TOKEN,
    broken: async (world) => ({ ...(await denied(world)), verifier }),
    status: 401,
    code: 'permission_denied',
  })),
  {
    title: 'the same, signed wrongly: told nothing of it',
    target: TOKEN,
    broken: async (world) => ({ ...(await denied(world)), tokenSecret: 'wrong' }),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_verifier'),
  },
  {
    title: 'the same with a wrong version and a wrong clock: the verifier is missing',
    target: TOKEN,
    broken: async (world) => ({
      ...(await denied(world)),
      timestamp: nowSeconds() + 999,
      override: { oauth_version: '2.0' },
    }),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_verifier'),
  },
  {
    title: 'the same for temporary credentials that nobody has',
    target: TOKEN,
    broken: () => ({ token: 'nothing', tokenSecret: 'x' }),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_verifier'),
  },
  {
    title: 'an exchange before the owner decided, the verifier missing',
    target: TOKEN,
    broken: async ({ service, consumer }) => service.initiate(consumer),
    status: 400,
    code: 'parameter_absent',
    extra: absent('oauth_verifier'),
  },
  {
    title: 'a verifier that is sent and not signed, after the owner refused',
    target: TOKEN,
    broken: async (world) => ({
      ...(await denied(world)),
      tamper: { sentParameters: (pairs) => [...pairs, ['oauth_verifier', 'x'] as const] },
    }),
    status: 401,
    code: 'signature_invalid',
  },
  {
    title: 'a wrong verifier',
    target: TOKEN,
    broken: async ({ allowed }) => ({ ...(await allowed()), verifier: 'wrong' }),
    status: 401,
    code: 'verifier_invalid',
  },
];
