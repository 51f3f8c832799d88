// `npm run bench:overload`: an unauthenticated client on loopback sends as much as it can, while eight connections
// send valid signed requests. Goals: the process survives within 220 MB; liveness answers within 250 ms; the valid
// requests reach 30 % of their usual rate, with a p99 of 500 ms.
//
//   node bench/overload.mjs [--seconds 60] [--connections 5000]
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Connection } from './connection.mjs';
import { Credentials } from './credentials.mjs';
import { runLoad, startDatabase, startService } from './rig.mjs';

const GOALS = { rate: 0.3, p99Ms: 500, liveMs: 250, residentMb: 220 };
const GENUINE = 8;
const ASKED_EVERY_MS = 100;
const LIVE = Buffer.from('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
/** More requests per second than any machine serves. */
const REQUESTS_PER_SECOND = 4_000;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    connections: { type: 'string', default: '5000' },
  },
});
const [seconds, connections] = [Number(values.seconds), Number(values.connections)];

const database = await startDatabase();
const service = await startService(database.url);
try {
  const credentials = new Credentials(database.client, service.sealingKey);
  await credentials.createConsumers();
  const accessTokens = await credentials.createAccessTokens();
  const load = (forSeconds) =>
    runLoad(
      'load-process.mjs',
      {
        kind: 'resource',
        base: service.base,
        host: new URL(service.base).host,
        path: '/oauth/oauth10/echo',
        credentials: accessTokens,
        connections: GENUINE,
        warmUp: 500,
        count: REQUESTS_PER_SECOND * forSeconds,
        seconds: forSeconds,
      },
      () => undefined,
    );
  const alone = await load(Math.min(10, seconds));
  report('alone', alone);
  const watch = watchProcess();
  // The unauthenticated client starts after the valid connections are open, and runs until they end.
  const beside = load(seconds);
  await sleep(1_000);
  const stranger = await attack(seconds);
  const pressed = await beside;
  const { slowestLiveMs, residentMb, lives } = await watch.stop();
  report(`beside the stranger (${JSON.stringify(stranger)})`, pressed);
  const share = pressed.perSecond / alone.perSecond;
  const verdicts = [
    ['the process lives', lives, lives],
    ['share of the rate', share.toFixed(2), share >= GOALS.rate],
    ['p99, ms', pressed.p99Ms?.toFixed(0), pressed.p99Ms <= GOALS.p99Ms],
    ['liveness, slowest, ms', slowestLiveMs.toFixed(0), slowestLiveMs <= GOALS.liveMs],
    ['resident, most, MB', residentMb, residentMb <= GOALS.residentMb],
  ];
  for (const [name, value, isWithin] of verdicts)
    console.log(`  ${name}: ${value}: ${isWithin ? 'within' : 'beyond'} what is allowed`);
  process.exitCode = verdicts.every(([, , isWithin]) => isWithin) ? 0 : 1;
} finally {
  await service.stop();
  await database.stop();
}

function attack(forSeconds) {
  const child = fork(join(import.meta.dirname, 'stranger.mjs'));
  child.send({ port: Number(new URL(service.base).port), connections, seconds: forSeconds });
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.once('exit', () => resolve({}));
  });
}

/** Probes liveness like the manifests do, and samples the memory. */
function watchProcess() {
  const seen = { slowestLiveMs: 0, residentMb: 0, lives: true };
  let isOver = false;
  const { hostname, port } = new URL(service.adminBase);
  const asking = new Connection(hostname, Number(port));
  const watching = (async () => {
    while (!isOver) {
      const askedAt = performance.now();
      const { status } = await asking.request(LIVE);
      seen.lives &&= status === 200;
      seen.slowestLiveMs = Math.max(seen.slowestLiveMs, performance.now() - askedAt);
      seen.residentMb = Math.max(seen.residentMb, residentMegabytes());
      await sleep(ASKED_EVERY_MS);
    }
    asking.close();
    return seen;
  })();
  return {
    stop: () => {
      isOver = true;
      return watching;
    },
  };
}

function residentMegabytes() {
  try {
    const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024);
  } catch {
    return 0;
  }
}

function report(name, { p50Ms, p99Ms, perSecond, wrong }) {
  const times = [p50Ms, p99Ms].map((ms) => ms?.toFixed(1)).join(' / ');
  console.log(`${name}: ${Math.round(perSecond)} a second, p50 / p99 ${times} ms`);
  for (const [kind, count] of Object.entries(wrong)) console.log(`  ${count} times: ${kind}`);
}
