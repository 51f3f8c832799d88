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

/** What one listener is. */
interface ListenerFacts {
  /** The setting that names its port, and where the settings keep it. */
  readonly setting: string;
  readonly port: keyof Settings & ('port' | `${string}Port`);
  readonly host: keyof Settings & ('host' | `${string}Host`);
  /** How long a whole request may take; 0: each body has a limit of its own, which can be lifted. */
  readonly requestTimeoutMs: number;
  readonly bodies: BodyBounds;
  /** Longer than anything takes that is done for a request. */
  readonly silenceMs: number;
  /** Whether a connection counts as unverified until a signature that it brought has held. */
  readonly verifiesConnections: boolean;
}

/** `public` faces the internet, `admin` the inside of the platform. */
export const LISTENERS = {
  public: {
    setting: 'PORT',
    port: 'port',
    host: 'host',
    requestTimeoutMs: BODY_TIMEOUT_MS,
    bodies: { mostUnasked: MAX_BODY_OCTETS, fewChunks: 256 },
    silenceMs: 15_000,
    verifiesConnections: true,
  },
  // Staff may bring a large file, and wait for larger things.
  admin: {
    setting: 'ADMIN_PORT',
    port: 'adminPort',
    host: 'adminHost',
    requestTimeoutMs: 0,
    // What Node reads of a body before it waits for the handler, which asks when the guard is done: two reads of 64 KiB at most.
    // A file to import may come in a chunk a line, of some 64 octets.
    bodies: { mostUnasked: 2 * MAX_BODY_OCTETS, fewChunks: 512 },
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

/** What a listener may take on, and what is called about it. */
export interface ListenerLimits {
  readonly connections: number;
  readonly requestsInFlight: number;
  readonly onRejected: (why: RejectionReason) => void;
  /** Gets what tells how much the listener has in hand. */
  readonly watch: (listener: BoundedListener) => void;
}

/** What a listener's server is made of. */
export interface ListenerHandler {
  readonly handle: RequestListener;
  /** The classes of its requests and responses. */
  readonly messages: Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>;
}

/**
 * A server that hands to `handle` whatever has the form of a request for a path. Once the process is shutting down,
 * every reply asks for a new connection, so that clients and balancers move on by themselves.
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
  const { requestTimeoutMs, bodies, silenceMs, verifiesConnections } = LISTENERS[listener];
  const server = createServer(
    {
      ...messages,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECKED_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    (request, response) => {
      observeRequest(request, response, requestIdOf(response), onAnswered);
      if (requestTimeoutMs === 0) limitBodyTime(request);
      if (isShuttingDown()) response.setHeader('Connection', 'close');
      if (!bounded.admit(response)) return;
      if (request.url?.startsWith('/')) handle(request, response);
      // In absolute form it is no target that any signature covers.
      else sendText(response, 400, 'Send the path and query alone as the request target.');
    },
  );
  // Node drops headers beyond a count without a word, perhaps the second Authorization. Their
  // total size is bounded anyway.
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

/** A 2xx is the verdict that a signature holds, where verdicts are given. */
const givesVerdict = (response: ServerResponse): boolean =>
  endpointOf(response).givesVerdicts === true;
