import type { INestApplication } from '@nestjs/common';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ShutdownState } from '../http/shutdown-state.js';

/** The time limit for requests in flight; longer than every wait inside them. */
const DRAIN_TIMEOUT_MS = 10_000;
const IDLE_CHECK_INTERVAL_MS = 50;

/**
 * Makes readiness fail at once, and serves requests during the delay, so that load balancers notice. Then lets the
 * requests in flight finish and closes the application.
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

/** Accepts no new connections, and closes each existing one when it is idle. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const check = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS);
  await Promise.race([closed, sleep(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
  clearInterval(check);
  server.closeAllConnections();
}
