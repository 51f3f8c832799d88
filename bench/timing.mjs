// `npm run bench:timing`: whether timing distinguishes an unknown consumer, an unknown token and a wrong signature.
// Each kind is sent 20,000 times in random order over one connection, so that other load on the machine affects all
// three equally. The goal is medians within 20 µs.
//
//   node bench/timing.mjs [--samples N]
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Connection } from './connection.mjs';
import { startDatabase, startService } from './rig.mjs';

const GOAL_MICROSECONDS = 20;
const { values } = parseArgs({ options: { samples: { type: 'string', default: '20000' } } });
const samples = Number(values.samples);

const database = await startDatabase();
const service = await startService(database.url);
let withinGoal = true;
try {
  for (const [family, method] of [
    ['HMAC', 'HMAC-SHA1'],
    ['RSA', 'RSA-SHA256'],
  ]) {
    const world = await prepare(family === 'RSA' ? rsaConsumer() : {}, method);
    const medians = await measure(world, method);
    const spread = Math.max(...medians.values()) - Math.min(...medians.values());
    withinGoal &&= spread <= GOAL_MICROSECONDS;
    report(method, medians, spread);
  }
} finally {
  await service.stop();
  await database.stop();
}
process.exitCode = withinGoal ? 0 : 1;

function rsaConsumer() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsaPublicKey = publicKey.export({ type: 'spki', format: 'pem' });
  return { rsaPublicKey, signatureMethods: ['RSA-SHA256'] };
}

/** Creates a consumer and an access token over the admin API. */
async function prepare(more) {
  const admin = async (target, body) => {
    const reply = await fetch(service.adminBase + target, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${service.gatewayKey}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    if (reply.status !== 201) throw new Error(`${target}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  const { consumerKey } = await admin('/admin/consumers', { name: 'Timing', ...more });
  const { token } = await admin(`/admin/consumers/${consumerKey}/tokens`, { subject: 'jane' });
  return { consumerKey, token };
}

/** The median in µs for each kind of refusal. */
async function measure({ consumerKey, token }, method) {
  const kinds = new Map([
    ['unknown consumer', () => [randomBytes(24).toString('base64url'), token]],
    ['unknown token', () => [consumerKey, randomBytes(24).toString('base64url')]],
    ['wrong signature', () => [consumerKey, token]],
  ]);
  const times = new Map([...kinds.keys()].map((kind) => [kind, new Float64Array(samples)]));
  const { hostname, port } = new URL(service.base);
  const connection = new Connection(hostname, Number(port));
  const warmUp = Math.min(2_000, samples);
  for (let n = -warmUp; n < samples; n += 1) {
    for (const [kind, names] of shuffled(kinds)) {
      const bytes = request(...names(), method);
      const startedAt = performance.now();
      const { status } = await connection.request(bytes);
      const elapsed = (performance.now() - startedAt) * 1000;
      if (status !== 401) throw new Error(`${kind}: ${status}`);
      if (n >= 0) times.get(kind)[n] = elapsed;
    }
  }
  connection.close();
  return new Map([...times].map(([kind, all]) => [kind, all.sort()[samples >> 1]]));
}

/** A new order each time, so that the effect of one kind on the next is distributed. */
function shuffled(kinds) {
  return [...kinds]
    .map((kind) => ({ kind, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ kind }) => kind);
}

/** A request with a wrong signature of the method's length. */
function request(consumerKey, token, method) {
  const signature = randomBytes(method === 'HMAC-SHA1' ? 20 : 256).toString('base64');
  const parameters = {
    oauth_consumer_key: consumerKey,
    oauth_token: token,
    oauth_signature_method: method,
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_nonce: randomBytes(9).toString('base64url'),
    oauth_signature: encodeURIComponent(signature),
  };
  const header = Object.entries(parameters)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ');
  return Buffer.from(
    `GET /oauth/oauth10/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: OAuth ${header}\r\n\r\n`,
  );
}

function report(method, medians, spread) {
  console.log(`\n${method}, ${samples} samples of each, in changing order`);
  for (const [kind, median] of medians) {
    console.log(`  ${kind.padEnd(18)} median ${median.toFixed(1).padStart(8)} µs`);
  }
  const verdict = spread <= GOAL_MICROSECONDS ? 'within' : 'beyond';
  console.log(`  apart by ${spread.toFixed(1)} µs: ${verdict} the ${GOAL_MICROSECONDS} µs allowed`);
}
