// npm run bench:import [-- --consumers N --tokens N]
//
// Measures the time and the memory of `npm run import` for 100,000 consumers and 1,000,000 access tokens, on a
// PostgreSQL with durable commits and with a file on disk. Then `npm run export` writes all of it again. The goals
// are 5 minutes and constant memory.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ROOT, startDatabase } from './rig.mjs';

const GOAL_SECONDS = 300;
const { values: options } = parseArgs({
  options: {
    consumers: { type: 'string', default: '100000' },
    tokens: { type: 'string', default: '1000000' },
  },
});
const SECRET_KEYS = `bench:${randomBytes(32).toString('base64')}`;
const counts = { consumers: Number(options.consumers), tokens: Number(options.tokens) };

const folder = mkdtempSync(join(tmpdir(), 'oauth10-bench-import-'));
const database = await startDatabase();
try {
  const file = join(folder, 'in.ndjson');
  await write(file);
  console.log(`${counts.consumers} consumers, ${counts.tokens} tokens, ${megabytes(file)} MB`);
  await run('migrate', []);
  const imported = await run('import', [file]);
  report('import', imported);
  const out = join(folder, 'out.ndjson');
  report('export', await run('export', [out, '--secrets']));
  process.exitCode = imported.seconds <= GOAL_SECONDS ? 0 : 1;
} finally {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function write(path) {
  const stream = createWriteStream(path);
  const put = async (line) => {
    if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain');
  };
  const random = () => randomBytes(24).toString('base64url');
  const keys = Array.from({ length: counts.consumers }, () => random());
  for (const [n, consumerKey] of keys.entries()) {
    await put({
      type: 'consumer',
      consumerKey,
      consumerSecret: random(),
      name: `Consumer ${n}`,
      callbackUrls: [`https://client-${n}.example.com/ready`],
      scopes: ['photos', 'profile'],
      createdAt: new Date(1.3e12 + n * 1000).toISOString(),
    });
  }
  for (let n = 0; n < counts.tokens; n += 1) {
    await put({
      type: 'token',
      token: random(),
      tokenSecret: random(),
      consumerKey: keys[n % keys.length],
      subject: `person-${n % 300_000}`,
      scopes: ['photos'],
      createdAt: new Date(1.3e12 + n * 1000).toISOString(),
    });
  }
  stream.end();
  await once(stream, 'close');
}

/** Runs a program like its npm script, and returns its duration and its peak memory. */
async function run(script, args) {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...scripts[script].split(' ').slice(1), ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      ADMIN_API_KEY: randomBytes(32).toString('hex'),
      SECRET_KEYS,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(child.pid));
  }, 200);
  const [code] = await once(child, 'exit');
  clearInterval(watch);
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakMb };
}

function residentMb(pid) {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0;
  }
}

function megabytes(path) {
  return Math.round(statSync(path).size / 1e6);
}

function report(name, { seconds, peakMb }) {
  console.log(`${name}: ${seconds.toFixed(1)} s, at most ${peakMb} MB resident`);
}
