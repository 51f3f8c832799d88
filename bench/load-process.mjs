// The load, in its own process. It prepares its requests, warms the server up, reports that it is ready, and then
// sends the rest as fast as its connections allow. Communicates with the parent process by IPC.
import { Connection } from './connection.mjs';
import { KINDS } from './kinds-of-load.mjs';

const PERCENTILES = [50, 95, 99];

process.once('message', async (job) => {
  const { make, connect = plainConnection, isRight } = KINDS[job.kind];
  const requests = Array.from({ length: job.warmUp + job.count }, (_, index) => make(job, index));
  // Several replicas share the connections, as behind a load balancer.
  const addresses = [job.base].flat().map((base) => new URL(base));
  const connections = Array.from({ length: job.connections }, (_, index) =>
    connect(job, addresses[index % addresses.length]),
  );
  await drive(requests.slice(0, job.warmUp), connections, isRight, Infinity);
  process.send({ ready: true });
  await new Promise((resolve) => process.once('message', resolve));
  const cpuBefore = process.cpuUsage();
  const result = await drive(requests.slice(job.warmUp), connections, isRight, job.seconds * 1000);
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send({ ...result, loadCpuSeconds: (user + system) / 1e6 });
  await new Promise((resolve) => process.once('message', resolve));
  for (const connection of connections) connection.close();
  process.disconnect();
});

const plainConnection = (_, { hostname, port }) => new Connection(hostname, Number(port));

/** Sends until all requests are sent or the time is up. Only correct responses count. */
async function drive(requests, connections, isRight, timeLimitMs) {
  const latenciesMs = [];
  const wrong = {};
  let next = 0;
  const startedAt = performance.now();
  const stopAt = startedAt + timeLimitMs;
  await Promise.all(
    connections.map(async (connection) => {
      while (next < requests.length && performance.now() < stopAt) {
        const bytes = requests[next++];
        const sentAt = performance.now();
        const answer = await connection.request(bytes);
        if (isRight(answer)) {
          latenciesMs.push(performance.now() - sentAt);
        } else {
          const kind = `${answer.status} ${answer.body.slice(0, 80)}`;
          wrong[kind] = (wrong[kind] ?? 0) + 1;
        }
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  latenciesMs.sort((a, b) => a - b);
  const percentiles = PERCENTILES.map((percent) => [
    `p${percent}Ms`,
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor((latenciesMs.length * percent) / 100))],
  ]);
  return {
    answered: latenciesMs.length,
    perSecond: latenciesMs.length / seconds,
    ...Object.fromEntries(percentiles),
    wrong,
  };
}
