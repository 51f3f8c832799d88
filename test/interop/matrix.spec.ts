// Every client library of the matrix against the real service: the whole flow, then the cases. Each case that is not
// served as intended must have a known defect of the client with exactly this refusal.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { describeWith } from '../support/debian-tools.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestCredentials } from '../support/service.js';
import { DANCES, EMPTY_POST, INTEROP_CASES, type InteropCase } from './cases.js';
import { ClientProcess, type Answer, type Order } from './client-process.js';
import { INTEROP_CLIENTS, type ClientMethod, type InteropClient } from './clients.js';
import { knownDefect } from './known-defects.js';
import { BEHIND_GATEWAY, startGateway, type Gateway } from './gateway.js';
import { failureOf, outcomeOf, type Outcome } from './outcome.js';

const CALLBACK = 'http://client.example.com/ready?from=here&to=there';
const RSA_KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SUBJECT = 'jane';
const START_TIMEOUT_MS = 90_000;

// High enough to give a hint for every mistake.
const { service } = serviceForAllTests({ SIGNATURE_HINTS_PER_SECOND: '1000', ...BEHIND_GATEWAY });

interface Signer {
  consumerKey: string;
  /** For RSA consumers, the private key as PKCS #8 DER in base64. */
  consumerSecret: string;
  signatureMethod: ClientMethod;
  token?: string;
  tokenSecret?: string;
}

// `npm run test:interop-apart` has installed these clients, and runs only them.
const areApart = process.env['INTEROP_APART'] === '1';
const CLIENTS = INTEROP_CLIENTS.filter(({ apart = false }) => apart === areApart);

describe.each(CLIENTS)('$name', (client) => {
  describeWith(client.tools, client.from, () => {
    let gateway: Gateway | undefined;
    let driver: ClientProcess;
    let signer: Signer;

    beforeAll(async () => {
      signer = await register(client);
      if (client.danceless) signer = { ...signer, ...(await service.accessToken(signer, SUBJECT)) };
      if (client.gateway) gateway = await startGateway(service, client.gateway);
      driver = await ClientProcess.start(client, gateway?.certificateFile);
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await driver.stop();
      await gateway?.stop();
    });

    it.each(DANCES)('$name', async ({ name, method }) => {
      const [outcome, credentials] = await dance(
        driver,
        gateway,
        signer,
        method,
        client.callbackUrl,
      );
      expect(outcome).toEqual(knownOutcome(client, name));
      signer = { ...signer, ...credentials };
    });

    it.each(INTEROP_CASES)('$name', async (wanted) => {
      const answer = await driver.ask(orderFor(wanted, gateway, signer));
      expect(outcomeOf(wanted, answer)).toEqual(knownOutcome(client, wanted.name));
      if (answer.status === 200) {
        expect(JSON.parse(answer.body)).toMatchObject({
          consumerKey: signer.consumerKey,
          token: signer.token ?? null,
          subject: signer.token === undefined ? null : SUBJECT,
        });
      }
    });

    // A client without a flow has a token from its user, and has nothing to do without it.
    if (client.danceless) return;
    it.each(client.methods)('signs with %s, without a token', async (signatureMethod) => {
      const twoLegged = await register({ ...client, methods: [signatureMethod], twoLegged: true });
      const answer = await driver.ask(orderFor(EMPTY_POST, gateway, twoLegged));
      expect(outcomeOf(EMPTY_POST, answer)).toEqual(knownOutcome(client, EMPTY_POST.name));
    });
  });
});

async function register({
  name,
  methods,
  twoLegged = false,
  flags: compatibility = [],
  consumerSecret,
  callbackUrl = CALLBACK,
}: InteropClient): Promise<Signer> {
  const [signatureMethod = 'HMAC-SHA1'] = methods;
  const registration = {
    name,
    callbackUrls: [callbackUrl],
    twoLegged,
    compatibility,
    ...(consumerSecret && { consumerSecret, consumerKey: randomUUID() }),
    // Consumers do not have PLAINTEXT by default.
    ...(signatureMethod === 'PLAINTEXT' && { signatureMethods: [signatureMethod] }),
  };
  if (!signatureMethod.startsWith('RSA')) {
    return { ...(await service.registerConsumer(registration)), signatureMethod };
  }
  const { consumerKey } = await service.registerConsumer({
    ...registration,
    signatureMethods: [signatureMethod],
    rsaPublicKey: RSA_KEYS.publicKey.export({ type: 'spki', format: 'pem' }),
  });
  const der = RSA_KEYS.privateKey.export({ type: 'pkcs8', format: 'der' });
  return { consumerKey, consumerSecret: der.toString('base64'), signatureMethod };
}

/** The address for a client: a gateway has the paths of the services that clients were built for. */
function addressOf(gateway: Gateway | undefined, endpoint: 'initiate' | 'token' | 'echo'): string {
  if (gateway === undefined) return `${service.publicBase}/oauth/oauth10/${endpoint}`;
  return `${gateway.base}/${endpoint}`;
}

function orderFor(
  { method, query, form, json }: InteropCase,
  gateway: Gateway | undefined,
  signer: Signer,
): Order {
  return {
    ...signer,
    operation: 'request',
    method,
    url: `${addressOf(gateway, 'echo')}${query === undefined ? '' : `?${query}`}`,
    kind: form !== undefined ? 'form' : json !== undefined ? 'json' : 'none',
    payload: form ?? json,
  };
}

/** Initiate, consent and exchange: the outcome, and the access token if all succeeded. */
async function dance(
  driver: ClientProcess,
  gateway: Gateway | undefined,
  { token: _token, tokenSecret: _tokenSecret, ...signer }: Signer,
  method: string,
  callback = CALLBACK,
): Promise<[outcome: Outcome, credentials?: TestCredentials]> {
  const initiated = await driver.ask({
    ...signer,
    operation: 'initiate',
    method,
    url: addressOf(gateway, 'initiate'),
    kind: 'callback',
    payload: callback,
  });
  if (initiated.status !== 200) return [failureOf(initiated)];
  const temporary = credentialsOf(initiated);
  const exchanged = await driver.ask({
    ...signer,
    ...temporary,
    operation: 'exchange',
    method,
    url: addressOf(gateway, 'token'),
    kind: 'verifier',
    payload: await service.accept(temporary.token, SUBJECT),
  });
  if (exchanged.status !== 200) return [failureOf(exchanged)];
  return ['served', credentialsOf(exchanged)];
}

function credentialsOf({ body }: Answer): TestCredentials {
  const form = new URLSearchParams(body);
  const token = form.get('oauth_token') ?? '';
  return { token, tokenSecret: form.get('oauth_token_secret') ?? '' };
}

function knownOutcome({ name }: InteropClient, caseName: string): Outcome {
  return knownDefect(name, caseName)?.outcome ?? 'served';
}
