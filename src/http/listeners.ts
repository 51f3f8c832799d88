import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Settings } from '../config/settings.js';
import { BODY_TIMEOUT_MS, limitBodyTime } from './body-time.js';
import type { BodyBounds } from './body-pieces.js';
import { boundListener, type BoundedListener } from './bounded-listener.js';
import { requestIdOf } from './problem-details.js';
import { MAX_BODY_OCTETS } from './request-body.js';
import { endpointOf, observeRequest, type AnsweredRequest } from './request-observer.js';
import { sendText } from './send-text.js';
import type { RejectionReason } from './rejection-reason.js';

/** The properties of one listener. */
interface ListenerFacts {
  /** The setting that contains its port, and the properties of port and host in the settings. */
  readonly setting: string;
  readonly port: keyof Settings & ('port' | `${string}Port`);
  readonly host: keyof Settings & ('host' | `${string}Host`);
  /** The time limit of a whole request; 0: each body has its own limit, which can be lifted. */
  readonly requestTimeoutMs: number;
  readonly bodies: BodyBounds;
  /** Node pauses a connection when this much of a body waits for its handler. Undefined: Node's default. */
  readonly waitingBodyOctets?: number;
  /** Longer than the service works on any request. */
  readonly silenceMs: number;
  /** Whether a connection is unverified until it has sent a request with a valid signature. */
  readonly verifiesConnections: boolean;
}

const ADMIN_WAITING_BODY_OCTETS = 4 * 1024;

/** `public` faces the internet, `admin` the internal network of the platform. */
export const LISTENERS = {
  public: {
    setting: 'PORT',
    port: 'port',
    host: 'host',
    requestTimeoutMs: BODY_TIMEOUT_MS,
    bodies: { mostUnasked: MAX_BODY_OCTETS, chunks: { few: 256, octetsPerChunk: 128 } },
    silenceMs: 15_000,
    verifiesConnections: true,
  },
  // Staff may send large files, and wait for slow operations.
  admin: {
    setting: 'ADMIN_PORT',
    port: 'adminPort',
    host: 'adminHost',
    requestTimeoutMs: 0,
    // The handler reads the body once the guard has run. Until then Node takes one read of 64 KiB beyond what
    // may wait. A file to import may come with one line per chunk; the shortest line has some 70 octets.
    waitingBodyOctets: ADMIN_WAITING_BODY_OCTETS,
    bodies: {
      mostUnasked: ADMIN_WAITING_BODY_OCTETS + 64 * 1024,
      chunks: { few: 440, octetsPerChunk: 128 },
    },
    silenceMs: 120_000,
    verifiesConnections: false,
  },
} as const satisfies Record<string, ListenerFacts>;

export type Listener = keyof typeof LISTENERS;

export const LISTENER_NAMES = Object.keys(LISTENERS) as Listener[];

// Node's defaults are minutes.
const HEADERS_TIMEOUT_MS = 10_000;
const CONNECTIONS_CHECKED_EVERY_MS = 1_000;
/** Longer than the idle timeout of the usual balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** The limits of a listener, and its callbacks. */
export interface ListenerLimits {
  readonly connections: number;
  readonly requestsInFlight: number;
  readonly onRejected: (why: RejectionReason) => void;
  /** Receives the object that reports the listener's load. */
  readonly watch: (listener: BoundedListener) => void;
}

/** The handler of a listener's server. */
export interface ListenerHandler {
  readonly handle: RequestListener;
  /** The classes of its requests and responses. */
  readonly messages: Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>;
}

/**
 * Creates a server that passes requests for a path to `handle`. While the process shuts down, every reply
 * closes its connection, so that clients and balancers move to another replica.
 *
 * @param onAnswered called for each request when it has been answered
 */
export function createListener(
  listener: Listener,
  { handle, messages }: ListenerHandler,
  isShuttingDown: () => boolean,
  onAnswered: (answered: AnsweredRequest) => void,
  limits: ListenerLimits,
): Server {
  const facts: ListenerFacts = LISTENERS[listener];
  const { requestTimeoutMs, bodies, waitingBodyOctets, silenceMs, verifiesConnections } = facts;
  const server = createServer(
    {
      ...messages,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECKED_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      highWaterMark: waitingBodyOctets,
    },
    (request, response) => {
      observeRequest(request, response, requestIdOf(response), onAnswered);
      if (requestTimeoutMs === 0) limitBodyTime(request);
      if (isShuttingDown()) response.setHeader('Connection', 'close');
      if (!bounded.admit(response)) return;
      if (request.url?.startsWith('/')) handle(request, response);
      // No signature covers a request target in absolute form.
      else sendText(response, 400, 'Send the path and query alone as the request target.');
    },
  );
  // Node silently drops headers beyond a count, perhaps the second Authorization. The total size of the headers
  // is limited anyway.
  server.maxHeadersCount = 0;
  const { connections, requestsInFlight, onRejected } = limits;
  const bounded = boundListener(
    server,
    {
      connections,
      requestsInFlight,
      bodies,
      silenceMs,
      probes: '/health/',
      isGenuine: verifiesConnections ? givesVerdict : undefined,
    },
    onRejected,
  );
  limits.watch(bounded);
  return server;
}

/** At an endpoint that gives verdicts, a 2xx means a valid signature. */
const givesVerdict = (response: ServerResponse): boolean =>
  endpointOf(response).givesVerdicts === true;
