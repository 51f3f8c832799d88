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
import type { BoundedListener } from './http/bounded-listener.js';
import { createListener, type Listener, type ListenerLimits } from './http/listeners.js';
import { answerNotReady } from './http/not-ready.js';
import { NotFoundFilter } from './http/not-found.filter.js';
import type { AnsweredRequest } from './http/request-observer.js';
import { ShutdownState } from './http/shutdown-state.js';
import type { TurnedAway } from './http/turned-away.js';
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

/** Who answers on the two listeners, at first and once there is a service. */
interface Answering {
  public: RequestListener;
  admin: RequestListener;
  shutdown: Pick<ShutdownState, 'shuttingDown'>;
  tell: (answered: AnsweredRequest) => void;
  turnedAway: (listener: Listener, why: TurnedAway) => void;
}

/**
 * Opens both listeners, and puts the service together once the database is there: until then they say
 * that the process is alive and not ready.
 *
 * @throws SettingsError; DatabaseRefusal for what no waiting for the database mends
 */
export async function startService(
  settings: Settings,
  databaseUrl: string,
): Promise<RunningService> {
  const json = settings.production ? new JsonLogger(settings.logLevel) : undefined;
  const answering: Answering = {
    public: answerNotReady('public'),
    admin: answerNotReady('admin'),
    shutdown: { shuttingDown: false },
    tell: () => undefined,
    turnedAway: () => undefined,
  };
  const bounds = new Map<Listener, BoundedListener>();
  const [publicServer, adminServer] = (['public', 'admin'] as const).map((listener) =>
    createListener(
      listener,
      (request, response) => answering[listener](request, response),
      () => answering.shutdown.shuttingDown,
      (answered) => answering.tell(answered),
      {
        ...limitsOf(listener, settings),
        turnedAway: (why) => answering.turnedAway(listener, why),
        watch: (bounded) => void bounds.set(listener, bounded),
      },
    ),
  ) as [Server, Server];
  try {
    const port = await listen(publicServer, 'PORT', settings.port, settings.host);
    const adminPort = await listen(
      adminServer,
      'ADMIN_PORT',
      settings.adminPort,
      settings.adminHost,
    );
    const app = await putTogether(settings, databaseUrl, json);
    const shutdown = app.get(ShutdownState, { strict: false });
    Object.assign(answering, { ...handlersOf(app), ...observersOf(app, json), shutdown });
    for (const [listener, bounded] of bounds) app.get(Metrics).watchListener(listener, bounded);
    return {
      port,
      adminPort,
      stop: async (delaySeconds) => {
        shutdown.begin();
        await sleep(delaySeconds * 1000);
        await Promise.all([drain(publicServer), drain(adminServer)]);
        await app.close();
      },
    };
  } catch (error) {
    for (const server of [publicServer, adminServer]) server.close().closeAllConnections();
    throw error;
  }
}

async function putTogether(
  settings: Settings,
  databaseUrl: string,
  json: JsonLogger | undefined,
): Promise<NestExpressApplication> {
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
  return app.init();
}

function handlersOf(app: NestExpressApplication): Pick<Answering, 'public' | 'admin'> {
  const express = app.getHttpAdapter().getInstance() as RequestListener;
  const preferring =
    (direct: DirectRoutes | DirectVerdicts): RequestListener =>
    (request, response) => {
      if (!direct.serve(request, response)) express(request, response);
    };
  return {
    public: preferring(app.get(DirectRoutes, { strict: false })),
    admin: preferring(app.get(DirectVerdicts, { strict: false })),
  };
}

function observersOf(
  app: NestExpressApplication,
  json: JsonLogger | undefined,
): Pick<Answering, 'tell' | 'turnedAway'> {
  const metrics = app.get(Metrics);
  const requestLog = new RequestLog(json);
  return {
    tell: (answered) => {
      metrics.answered(answered);
      requestLog.write(answered);
    },
    turnedAway: (listener, why) => metrics.turnedAway(listener, why),
  };
}

/** The setting is for the public listener; the admin listener has room of its own. */
function limitsOf(
  listener: Listener,
  settings: Settings,
): Pick<ListenerLimits, 'connections' | 'requestsInFlight'> {
  const heapOctets = getHeapStatistics().heap_size_limit;
  return {
    connections: connectionsFor(heapOctets),
    requestsInFlight:
      listener === 'public' ? settings.maxRequestsInFlight : requestsInFlightFor(heapOctets),
  };
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
