// Measures the service's memory after many flows (RFC 5849 section 1.2), and the time of a warm start. Usage: node
// bench/resident-memory.mjs [flows]
//
// Starts the service twice on an embedded PostgreSQL in a separate folder; the second start is the warm one. Prints
// JSON.
import { createHmac } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OAuth from 'oauth-1.0a';

const FLOWS = Number(process.argv[2] ?? 10_000);
const CONCURRENT_FLOWS = 32;
const ADMIN_API_KEY = 'bench-admin-api-key-0123456789abcdef';
const dataDir = mkdtempSync(join(tmpdir(), 'oauth10-bench-'));
// The arguments of `npm start`, including the limits of V8's heap.
const startArguments = JSON.parse(readFileSync('package.json', 'utf8'))
  .scripts.start.split(' ')
  .slice(1);
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT_FLOWS });

function start() {
  const startedAt = performance.now();
  const child = spawn(process.execPath, startArguments, {
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', ADMIN_PORT: '0', ADMIN_API_KEY },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('exit', (code) => reject(new Error(`The service ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const match = /public +(http:\S+)\s+admin +(http:\S+)/.exec(output);
      if (!match) return;
      const readyMs = Math.round(performance.now() - startedAt);
      resolve({ child, publicBase: match[1], adminBase: match[2], readyMs });
    });
  });
}

function stop(child) {
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  return ended;
}

function call(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk) => (text += chunk));
      incoming.on('end', () => {
        if (incoming.statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${url}: ${incoming.statusCode} ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const residentMegabytes = (pid) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);

await stop((await start()).child);
const { child, publicBase, adminBase, readyMs } = await start();
const admin = async (path, body) =>
  JSON.parse(
    await call(
      'POST',
      adminBase + path,
      { Authorization: `Bearer ${ADMIN_API_KEY}`, 'Content-Type': 'application/json' },
      JSON.stringify(body),
    ),
  );
const consumer = await admin('/admin/consumers', { name: 'Bench' });
const oauth = new OAuth({
  consumer: { key: consumer.consumerKey, secret: consumer.consumerSecret },
  signature_method: 'HMAC-SHA1',
  hash_function: (base, key) => createHmac('sha1', key).update(base).digest('base64'),
});
async function credentials(method, path, data, token) {
  const url = publicBase + path;
  const headers = oauth.toHeader(oauth.authorize({ url, method, data }, token));
  const form = new URLSearchParams(await call(method, url, headers));
  return { key: form.get('oauth_token'), secret: form.get('oauth_token_secret') };
}

const residentBefore = residentMegabytes(child.pid);
const startedAt = performance.now();
let begun = 0;
await Promise.all(
  Array.from({ length: CONCURRENT_FLOWS }, async () => {
    while (begun++ < FLOWS) {
      const temporary = await credentials('POST', '/oauth/oauth10/initiate', {
        oauth_callback: 'oob',
      });
      const { oauthVerifier } = await admin(
        `/admin/authorization-requests/${temporary.key}/accept`,
        { subject: 'jane' },
      );
      await credentials(
        'GET',
        '/oauth/oauth10/token',
        { oauth_verifier: oauthVerifier },
        temporary,
      );
    }
  }),
);
const seconds = (performance.now() - startedAt) / 1000;
const residentAfter = residentMegabytes(child.pid);
await stop(child);
agent.destroy();
rmSync(dataDir, { recursive: true, force: true });
console.log(
  JSON.stringify({
    flows: FLOWS,
    flowsPerSecond: Math.round(FLOWS / seconds),
    warmStartReadyMs: readyMs,
    residentMegabytesBefore: residentBefore,
    residentMegabytesAfter: residentAfter,
  }),
);
