import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import type { RequestListener, Server } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import { AppModule } from './app.module.js';
import { connectionsFor, requestsInFlightFor } from '../config/memory-bounds.js';
import { SettingsError, type Settings } from '../config/settings.js';
import { untilAvailable } from '../database/until-available.js';
import { errorFields } from '../failures/error-fields.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { GrantsCompletion } from '../grants/grants-completion.js';
import { OurDatabase } from '../grants/our-database.js';
import { AnsweredFilter } from '../http/answered.filter.js';
import type { BoundedListener } from '../http/bounded-listener.js';
import { ExactPathAdapter } from '../http/exact-path-adapter.js';
import {
  createListener,
  LISTENER_NAMES,
  LISTENERS,
  type Listener,
  type ListenerLimits,
} from '../http/listeners.js';
import { answerNotReady } from '../http/not-ready.js';
import { NotFoundFilter } from '../http/not-found.filter.js';
import type { AnsweredRequest } from '../http/request-observer.js';
import { ShutdownState } from '../http/shutdown-state.js';
import type { RejectionReason } from '../http/rejection-reason.js';
import { JsonLogger } from '../logging/json-logger.js';
import { RequestLog } from '../logging/request-log.js';
import { TextLogger } from '../logging/text-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Rollup } from '../usage/rollup.js';
import { TokenKeyRotation } from '../platform-tokens/token-key-rotation.js';
import { shutDown } from './graceful-shutdown.js';

const LOGGER = new Logger('Listeners');

/** A service that responds on all its listeners. */
export interface RunningService {
  readonly ports: Readonly<Record<Listener, number>>;
  /** Shuts down gracefully (graceful-shutdown.ts). */
  stop(delaySeconds: number): Promise<void>;
}

/** The handlers of the listeners. They are replaced when the application is ready. */
interface Answering {
  handlerOf: (listener: Listener) => RequestListener;
  shutdown: Pick<ShutdownState, 'shuttingDown'>;
  onAnswered: (answered: AnsweredRequest) => void;
  onRejected: (listener: Listener, why: RejectionReason) => void;
}

/**
 * Opens the listeners, and creates the application when the database is reachable. Until then, the listeners report
 * that the process is alive but not ready.
 *
 * @throws SettingsError; DatabaseRefusal for faults of the database that waiting does not fix
 */
export async function startService(
  settings: Settings,
  databaseUrl: string,
): Promise<RunningService> {
  const json = settings.production ? new JsonLogger(settings.logLevel) : undefined;
  const answering: Answering = {
    handlerOf: answerNotReady,
    shutdown: { shuttingDown: false },
    onAnswered: () => undefined,
    onRejected: () => undefined,
  };
  const adapter = new ExactPathAdapter(settings.endpointAliases);
  const bounds = new Map<Listener, BoundedListener>();
  const servers = new Map(
    LISTENER_NAMES.map((name) => {
      const { messages } = adapter.at(name);
      const server = createListener(
        name,
        {
          messages,
          handle: (request, response) => answering.handlerOf(name)(request, response),
        },
        () => answering.shutdown.shuttingDown,
        (answered) => answering.onAnswered(answered),
        {
          ...limitsOf(name, settings),
          onRejected: (why) => answering.onRejected(name, why),
          watch: (bounded) => void bounds.set(name, bounded),
        },
      );
      return [name, server] as const;
    }),
  );
  try {
    const ports: Partial<Record<Listener, number>> = {};
    for (const [name, server] of servers) {
      const { setting, port, host } = LISTENERS[name];
      ports[name] = await listen(server, setting, settings[port], settings[host]);
    }
    const app = await putTogether(settings, databaseUrl, adapter, json);
    const shutdown = app.get(ShutdownState, { strict: false });
    const handlerOf = (listener: Listener) => adapter.at(listener).handle;
    Object.assign(answering, { handlerOf, ...observersOf(app, json), shutdown });
    for (const [listener, bounded] of bounds) app.get(Metrics).watchListener(listener, bounded);
    return {
      ports: ports as Record<Listener, number>,
      stop: (delaySeconds) => shutDown(app, [...servers.values()], delaySeconds),
    };
  } catch (error) {
    for (const server of servers.values()) server.close().closeAllConnections();
    throw error;
  }
}

async function putTogether(
  settings: Settings,
  databaseUrl: string,
  adapter: ExactPathAdapter,
  json: JsonLogger | undefined,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.for(settings, databaseUrl),
    adapter,
    {
      bodyParser: false,
      abortOnError: false,
      logger: json ?? new TextLogger(settings.logLevel),
    },
  );
  app.useGlobalFilters(new AnsweredFilter(adapter), new NotFoundFilter());
  try {
    await app.init();
    await openDatabase(app);
    await makeSigningKeys(app);
    return app;
  } catch (error) {
    // Connections and timers that are already open would keep running.
    await app.close();
    throw error;
  }
}

function observersOf(
  app: NestExpressApplication,
  json: JsonLogger | undefined,
): Pick<Answering, 'onAnswered' | 'onRejected'> {
  const metrics = app.get(Metrics);
  const rollup = app.get(Rollup, { strict: false });
  const requestLog = new RequestLog(json);
  return {
    onAnswered: (answered) => {
      metrics.answered(answered);
      rollup.count(answered);
      requestLog.write(answered);
    },
    onRejected: (listener, why) => metrics.onRejected(listener, why),
  };
}

/** The setting limits the public listener; the admin listener has its own limit. */
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

/**
 * Checks that SECRET_KEYS fit the database before the service responds. Waits if the database has just become
 * unreachable.
 *
 * @throws RecordNotOurs; KeysMissing
 */
async function openDatabase(app: NestExpressApplication): Promise<void> {
  await untilAvailable(async () => {
    await app.get(OurDatabase, { strict: false }).open();
    await app.get(GrantsCompletion, { strict: false }).begin();
  });
}

/** Runs after the audit trail is open, because each new key adds an event to it. */
async function makeSigningKeys(app: NestExpressApplication): Promise<void> {
  try {
    await app.get(TokenKeyRotation, { strict: false }).begin();
  } catch (error) {
    // The next check, or the first request that needs a key, makes it.
    if (!isStoreUnavailable(error)) throw error;
  }
}

/** @throws SettingsError if the address is taken or does not belong to this machine */
function listen(server: Server, setting: string, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = ({ code }: NodeJS.ErrnoException) =>
      reject(
        new SettingsError([`${setting} can't be listened on: ${code} at ${host} port ${port}`]),
      );
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      // The system accepts no connections without descriptors or memory, but may do so later.
      server.on('error', (error) =>
        LOGGER.error('A connection was not accepted', errorFields(error)),
      );
      resolve((server.address() as AddressInfo).port);
    });
  });
}
