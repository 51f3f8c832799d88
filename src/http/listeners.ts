import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { BODY_TIMEOUT_MS, limitBodyTime } from './body-time.js';
import { boundListener, type BoundedListener } from './bounded-listener.js';
import { requestIdOf } from './problem-details.js';
import { observeRequest, type AnsweredRequest } from './request-observer.js';
import { sendText } from './send-text.js';
import type { TurnedAway } from './turned-away.js';

/** `public` faces the internet, `admin` the inside of the platform. */
export type Listener = 'public' | 'admin';

// Deny by default: a path that is not listed is served nowhere.
const SERVED: Record<Listener, RegExp> = {
  public: /^\/(oauth\/oauth10|oauth\/auz|health)\//,
  admin: /^\/((admin|authz|health)\/|(verify|docs|metrics)([/?]|$))/,
};

// Node's defaults are minutes.
const HEADERS_TIMEOUT_MS = 10_000;
const CONNECTIONS_CHECKED_EVERY_MS = 1_000;
/** Longer than the idle timeout of the usual balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Longer than anything that is done for a request takes; staff wait for larger things. */
const SILENCE_MS: Record<Listener, number> = { public: 15_000, admin: 120_000 };

/** What a listener may take on, and who hears of it. */
export interface ListenerLimits {
  readonly connections: number;
  readonly requestsInFlight: number;
  readonly turnedAway: (why: TurnedAway) => void;
  /** Gets what tells how much the listener has in hand. */
  readonly watch: (listener: BoundedListener) => void;
}

/**
 * A server that hands to `handle` only what its listener serves. Once the process is shutting down,
 * every reply asks for a new connection, so that clients and balancers move on by themselves.
 *
 * @param tell hears of each request when it has been answered
 */
export function createListener(
  listener: Listener,
  handle: RequestListener,
  isShuttingDown: () => boolean,
  tell: (answered: AnsweredRequest) => void,
  limits: ListenerLimits,
): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      // Staff may bring a large file; there, each body has a limit of its own.
      requestTimeout: listener === 'admin' ? 0 : BODY_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECKED_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    (request, response) => {
      const target = request.url ?? '';
      observeRequest(request, response, requestIdOf(response), tell);
      if (listener === 'admin') limitBodyTime(request);
      if (isShuttingDown()) response.setHeader('Connection', 'close');
      if (!bounded.admit(response)) return;
      if (SERVED[listener].test(target)) handle(request, response);
      else if (/^\/(\?|$)/.test(target)) welcome(listener, response);
      else refuseTarget(request, response);
    },
  );
  // Node drops headers beyond a count without a word, perhaps the second Authorization. Their
  // total size is bounded anyway.
  server.maxHeadersCount = 0;
  const { connections, requestsInFlight, turnedAway } = limits;
  const bounded = boundListener(
    server,
    {
      connections,
      requestsInFlight,
      silenceMs: SILENCE_MS[listener],
      probes: '/health/',
      genuineBelow: listener === 'public' ? '/oauth/oauth10/' : undefined,
    },
    turnedAway,
  );
  limits.watch(bounded);
  return server;
}

/** Whoever types the bare address is told where things are. */
function welcome(listener: Listener, response: ServerResponse): void {
  if (listener === 'admin') {
    return sendText(response, 302, 'The operations are at /docs.', { Location: '/docs' });
  }
  sendText(
    response,
    404,
    'This is an OAuth 1.0a (RFC 5849) service; its endpoints are below /oauth/.',
  );
}

/** Neither a path of this listener nor, in absolute form, a target that any signature covers. */
function refuseTarget(request: IncomingMessage, response: ServerResponse): void {
  const isPath = request.url?.startsWith('/') === true;
  const [status, text] = isPath
    ? [404, 'There is nothing here.']
    : [400, 'Send the path and query alone as the request target.'];
  sendText(response, status, text);
}
