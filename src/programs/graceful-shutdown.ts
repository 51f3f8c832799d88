import type { INestApplication } from '@nestjs/common';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ShutdownState } from '../http/shutdown-state.js';

/** In-flight requests get this long to finish; every wait inside them is shorter. */
const DRAIN_TIMEOUT_MS = 10_000;
const IDLE_CHECK_INTERVAL_MS = 50;

/**
 * Makes readiness fail at once, serves requests for the delay, so that load balancers notice, then lets those
 * in flight finish and closes the application.
 */
export async function shutDown(
  app: INestApplication,
  servers: readonly Server[],
  delaySeconds: number,
): Promise<void> {
  app.get(ShutdownState, { strict: false }).begin();
  await sleep(delaySeconds * 1000);
  await Promise.all(servers.map(drain));
  await app.close();
}

/** Takes no new connections, and ends each of the others as soon as it is idle. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const check = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS);
  await Promise.race([closed, sleep(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
  clearInterval(check);
  server.closeAllConnections();
}
