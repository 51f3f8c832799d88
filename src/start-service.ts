import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import type { AddressInfo } from 'node:net';
import type { RequestListener, Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { AppModule } from './app.module.js';
import { connectionsFor, requestsInFlightFor } from './config/memory-bounds.js';
import { SettingsError, type Settings } from './config/settings.js';
import { DirectVerdicts } from './gateway/direct-verdicts.js';
import { createListener, type Listener, type ListenerLimits } from './http/listeners.js';
import { NotFoundFilter } from './http/not-found.filter.js';
import type { AnsweredRequest } from './http/request-observer.js';
import { ShutdownState } from './http/shutdown-state.js';
import { JsonLogger } from './logging/json-logger.js';
import { RequestLog } from './logging/request-log.js';
import { TextLogger } from './logging/text-logger.js';
import { Metrics } from './metrics/metrics.js';
import { DirectRoutes } from './oauth10/direct-routes.js';

/** In-flight requests get this long to finish; every wait inside them is shorter. */
const DRAIN_TIMEOUT_MS = 10_000;
const IDLE_SWEEP_INTERVAL_MS = 50;

/** A service that answers on both listeners. */
export interface RunningService {
  readonly port: number;
  readonly adminPort: number;
  /** Readiness turns at once; requests are served for the delay, then those in flight finish. */
  stop(delaySeconds: number): Promise<void>;
}

/** Puts the service together on a database that is there, and opens both listeners. */
export async function startService(
  settings: Settings,
  databaseUrl: string,
): Promise<RunningService> {
  const json = settings.production ? new JsonLogger(settings.logLevel) : undefined;
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.for(settings, databaseUrl),
    new ExpressAdapter(quietExpress()),
    {
      bodyParser: false,
      abortOnError: false,
      logger: json ?? new TextLogger(settings.logLevel),
    },
  );
  app.useGlobalFilters(new NotFoundFilter());
  await app.init();
  const express = app.getHttpAdapter().getInstance() as RequestListener;
  const preferring =
    (direct: DirectRoutes | DirectVerdicts): RequestListener =>
    (request, response) => {
      if (!direct.serve(request, response)) express(request, response);
    };
  const handlePublic = preferring(app.get(DirectRoutes, { strict: false }));
  const handleAdmin = preferring(app.get(DirectVerdicts, { strict: false }));
  const shutdown = app.get(ShutdownState, { strict: false });
  const metrics = app.get(Metrics);
  const requestLog = new RequestLog(json);
  const tell = (answered: AnsweredRequest) => {
    metrics.answered(answered);
    requestLog.write(answered);
  };
  const heapOctets = getHeapStatistics().heap_size_limit;
  const limitsOf = (listener: Listener): ListenerLimits => ({
    connections: connectionsFor(heapOctets),
    // The setting is for the public listener; the admin listener has room of its own.
    requestsInFlight:
      listener === 'public' ? settings.maxRequestsInFlight : requestsInFlightFor(heapOctets),
    turnedAway: (why) => metrics.turnedAway(listener, why),
    watch: (bounded) => metrics.watchListener(listener, bounded),
  });
  const publicServer = createListener('public', handlePublic, shutdown, tell, limitsOf('public'));
  const adminServer = createListener('admin', handleAdmin, shutdown, tell, limitsOf('admin'));
  try {
    return {
      port: await listen(publicServer, 'PORT', settings.port, settings.host),
      adminPort: await listen(adminServer, 'ADMIN_PORT', settings.adminPort, settings.adminHost),
      stop: async (delaySeconds) => {
        shutdown.begin();
        await sleep(delaySeconds * 1000);
        await Promise.all([drain(publicServer), drain(adminServer)]);
        await app.close();
      },
    };
  } catch (error) {
    publicServer.close();
    adminServer.close();
    await app.close();
    throw error;
  }
}

/** Express without what would reinterpret a request or describe the server. */
function quietExpress(): express.Express {
  const instance = express();
  instance.disable('x-powered-by');
  instance.disable('etag');
  instance.enable('case sensitive routing');
  instance.enable('strict routing');
  instance.set('query parser', 'simple');
  return instance;
}

/** @throws SettingsError when the address is taken, or not this machine's. */
function listen(
  server: Server,
  name: 'PORT' | 'ADMIN_PORT',
  port: number,
  host: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = ({ code }: NodeJS.ErrnoException) =>
      reject(new SettingsError([`${name} can't be listened on: ${code} at ${host} port ${port}`]));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Takes no new connections, and ends each of the others as soon as it is idle. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_INTERVAL_MS);
  await Promise.race([closed, sleep(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
  clearInterval(sweep);
  server.closeAllConnections();
}
