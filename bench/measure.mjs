// Which loads are run, and how large each is.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpuSeconds, memoryMegabytes } from './process-cost.mjs';
import { runLoad, startCeiling } from './rig.mjs';

/** More requests than the fastest server can answer. A load that runs out of requests ends early. */
const EXPECTED_PER_SECOND = {
  plain: 30_000,
  exchange: 8_000,
  resource: 16_000,
  verify: 12_000,
  authz: 16_000,
  initiate: 6_000,
  accept: 5_000,
  mint: 5_000,
  dance: 4_000,
};
const EXPECTED_PER_SECOND_ALONE = 3_000;
const EXPECTED_PER_SECOND_OF_PEERS = 4_000;
const PEER_WARM_UP = 300;
const WARM_UP = {
  plain: 2_000,
  exchange: 1_000,
  resource: 2_000,
  verify: 2_000,
  authz: 2_000,
  initiate: 1_000,
  accept: 500,
  mint: 500,
  dance: 200,
};

const CEILINGS = [
  ['node-http', 'node:http'],
  ['express', 'Express'],
  ['nest', 'Nest on Express'],
];

/** The number of requests of a kind and of connections. @param plan `{ seconds }` of one measurement */
export const sized = (plan, kind, connections) => ({
  kind,
  connections,
  warmUp: WARM_UP[kind],
  seconds: plan.seconds,
  count:
    plan.seconds *
    (connections === 1 && kind !== 'plain' ? EXPECTED_PER_SECOND_ALONE : EXPECTED_PER_SECOND[kind]),
});

/** Runs one load, and measures the cost for the processes that serve it. */
export async function measure(program, job, names, pids) {
  const sample = () => ({
    service: pids.service && cpuSeconds(pids.service),
    database: pids.database && cpuSeconds(pids.database),
  });
  const { before, after, ...result } = await runLoad(program, job, sample);
  const perRequest = (used) =>
    Number.isFinite(after[used] - before[used])
      ? Math.round(((after[used] - before[used]) * 1e6) / result.answered)
      : undefined;
  return {
    ...names,
    connections: job.connections,
    answered: result.answered,
    perSecond: result.perSecond,
    p50Ms: result.p50Ms,
    p95Ms: result.p95Ms,
    p99Ms: result.p99Ms,
    serviceCpuMicroseconds: perRequest('service'),
    databaseCpuMicroseconds: perRequest('database'),
    loadCpuMicroseconds: Math.round((result.loadCpuSeconds * 1e6) / result.answered),
    memoryMegabytes: pids.service && memoryMegabytes(pids.service),
    wrong: result.wrong,
  };
}

/** Servers that only send a constant response. */
export async function measureCeilings(plan, note) {
  for (const [program, server] of CEILINGS) {
    const ceiling = await startCeiling(program);
    try {
      for (const connections of plan.connections) {
        const job = { ...sized(plan, 'plain', connections), base: ceiling.base, path: '/' };
        const names = { server, job: 'hello' };
        note(
          await measure('load-process.mjs', { ...job, host: '127.0.0.1' }, names, {
            service: ceiling.pid,
          }),
        );
      }
    } finally {
      await ceiling.stop();
    }
  }
}

/** The database alone, with one statement per transaction: a read and a write per request. */
export async function measureStatements(plan, database, credentials, note) {
  const accessTokens = await credentials.createAccessTokens();
  for (const connections of plan.connections) {
    for (const kind of ['exchange', 'resource']) {
      const job = { ...sized(plan, kind, connections), databaseUrl: database.url };
      const total = job.warmUp + job.count;
      job.credentials =
        kind === 'exchange'
          ? await credentials.createAcceptedTemporaryCredentials(total)
          : Array.from({ length: total }, (_, n) => accessTokens[n % accessTokens.length]);
      const names = { server: 'PostgreSQL, one statement a transaction', job: kind };
      note(await measure('ceilings/statements.mjs', job, names, { database: database.pid }));
    }
  }
}

/** The number of incorrect responses. */
export const wrongAnswers = ({ wrong }) =>
  Object.values(wrong).reduce((sum, count) => sum + count, 0);

/** Resets the owners' decisions. */
const UNDECIDED = `
  UPDATE temporary_credentials SET decision = NULL, decided_at = NULL, subject = NULL,
    granted_scopes = NULL, verifier_hash = NULL
  WHERE decision = 'allowed' AND used_at IS NULL`;

/** Temporary credentials that owners have allowed; for `accept`, undecided ones. */
export async function temporaryCredentials(kind, credentials, client, { warmUp, count }) {
  const made = await credentials.createAcceptedTemporaryCredentials(warmUp + count);
  if (kind === 'accept') await client.query(UNDECIDED);
  return made;
}

/** The service itself. */
export const measureService = (plan, database, service, credentials, note) =>
  measureReplicas(plan, database, [service], 'service', credentials, note);

/** Replicas of the service with one host name, which share the connections. */
export async function measureReplicas(plan, database, replicas, server, credentials, note) {
  const accessTokens = await credentials.createAccessTokens();
  const pids = { service: replicas.map(({ pid }) => pid), database: database.pid };
  const run = async (kind, connections, target) => {
    const size = sized(plan, kind, connections);
    const made = ['exchange', 'accept'].includes(kind)
      ? await temporaryCredentials(kind, credentials, database.client, size)
      : accessTokens;
    // One Host header for all, because it is signed. Each replica accepts it.
    const job = { ...size, ...target, credentials: made, host: new URL(target.base[0]).host };
    note(await measure('load-process.mjs', job, { server, job: kind }, pids));
  };
  const base = replicas.map((replica) => replica.base);
  const adminBase = replicas.map((replica) => replica.adminBase);
  const [{ gatewayKey }] = replicas;
  for (const connections of plan.connections.filter((count) => count >= replicas.length)) {
    await run('exchange', connections, { base, path: '/oauth/oauth10/token' });
    await run('resource', connections, { base, path: '/oauth/oauth10/echo' });
    await run('verify', connections, { base: adminBase, path: '/verify', gatewayKey });
    const authorizationRequests = '/admin/authorization-requests';
    await run('accept', connections, { base: adminBase, path: authorizationRequests, gatewayKey });
    await run('mint', connections, { base: adminBase, path: '/admin/consumers', gatewayKey });
  }
}

const random = () => randomBytes(18).toString('base64url');

/**
 * Measures another provider with the same load. Its costs are only known if the URL contains its pids:
 * `?pids=PID,PID&database=PID`.
 */
export async function measurePeer(plan, { name, url, provision }, note) {
  const { origin, host, searchParams } = new URL(url);
  const pids = {
    service: searchParams.get('pids')?.split(',').map(Number),
    database: searchParams.has('database') ? Number(searchParams.get('database')) : undefined,
  };
  const supply = (kind, count) => {
    const consumers = Array.from({ length: 50 }, () => ({ key: random(), secret: random() }));
    const made = Array.from({ length: count }, (_, index) => ({
      token: random(),
      secret: random(),
      consumer: consumers[index % consumers.length],
      verifier: random(),
    }));
    const rows = made.map(({ consumer, ...row }) => ({ ...row, consumer: consumer.key }));
    const input = JSON.stringify({
      consumers,
      temp: kind === 'exchange' ? rows : [],
      access: kind === 'exchange' ? [] : rows,
    });
    const { status } = spawnSync('sh', ['-c', provision], { input, stdio: ['pipe', 1, 2] });
    if (status !== 0) throw new Error(`The provisioning of ${name} ended with ${status}`);
    return made;
  };
  for (const connections of plan.connections) {
    for (const kind of ['exchange', 'resource']) {
      const size = { ...sized(plan, kind, connections), warmUp: PEER_WARM_UP };
      size.count = Math.min(size.count, plan.seconds * EXPECTED_PER_SECOND_OF_PEERS);
      const made = supply(kind, kind === 'exchange' ? size.warmUp + size.count : 1000);
      const path = kind === 'exchange' ? '/token' : '/resource';
      const job = { ...size, base: origin, path, host, credentials: made };
      note(await measure('load-process.mjs', job, { server: name, job: kind, isPeer: true }, pids));
    }
  }
}
