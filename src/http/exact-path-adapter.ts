import { RequestMethod } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express, type Request, type Response } from 'express';
import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { splitTarget } from '../protocol/base-string-uri.js';
import { statementOf, type EndpointStatement } from './endpoint.decorator.js';
import { LISTENER_NAMES, type Listener, type ListenerHandler } from './listeners.js';
import { sendNotFound } from './not-found.filter.js';
import { noteEndpoint, type ObservedEndpoint } from './request-observer.js';

/** A handler as Nest compiled it, with its guards, pipes, interceptors and filters. */
type Handler = (request: IncomingMessage, response: ServerResponse, next?: unknown) => unknown;

/** A route as Nest registered it. */
export interface Route {
  /** Upper case; `ALL` for every method. */
  readonly method: string;
  readonly path: string;
  readonly endpoint: EndpointStatement;
  /** The same, for metrics and the log. */
  readonly observed: ObservedEndpoint;
  /** The controller's method, which has the metadata. */
  readonly handler: Handler;
}

/** A route in which each parameter is a whole segment of the path (`/tokens/:token/revoke`). */
interface SegmentRoute {
  readonly route: Route;
  readonly segments: readonly { readonly name: string | undefined; readonly text: string }[];
}

type PathParameters = Readonly<Record<string, string>>;
const NO_PARAMETERS: PathParameters = {};

/** What one listener serves. */
export interface ServedListener extends ListenerHandler {
  /** Serves everything that the maps do not: other patterns, and HEAD for GET. */
  readonly express: Express;
}

const SEGMENT = /^(?::(\w+)|[\w\-.~]*)$/;
// Characters with a special meaning in an Express path.
const PATTERN = /[^\w\-./~]/;
/** A pattern that matches everything below a path. */
const REST = /^[\w\-./~]+\/\{\*\w+\}$/;

/**
 * Nest on Express, with faster routing: Express's router takes longer than verifying a signature does. A path
 * without parameters is looked up in a map. A path whose parameters are whole segments is looked up among the
 * routes with the same number of segments. Express's router handles the rest. Each lookup returns the function
 * that Nest registered, so guards, pipes and filters of a handler apply. Each listener has its own routes, as
 * the handlers state.
 */
export class ExactPathAdapter extends ExpressAdapter {
  private readonly registered: Route[] = [];
  private readonly listeners: ReadonlyMap<Listener, ListenerRoutes>;

  /** @param aliases additional paths of public endpoints, each with the endpoint's label */
  constructor(private readonly aliases: ReadonlyMap<string, string> = new Map()) {
    super();
    this.listeners = new Map(LISTENER_NAMES.map((name) => [name, new ListenerRoutes()]));
    for (const name of Object.values(RequestMethod)) {
      if (typeof name !== 'string') continue;
      const value = (path: string, handler: Handler) => this.register(name, path, handler);
      Object.defineProperty(this, name.toLowerCase(), { value });
    }
  }

  /** All registered routes. */
  get routes(): readonly Route[] {
    return this.registered;
  }

  at(listener: Listener): ServedListener {
    const served = this.listeners.get(listener);
    if (!served) throw new Error(`There is no listener ${listener}`);
    return served;
  }

  /**
   * Registers what Nest adds after all routes: its handlers for unknown paths and for errors.
   *
   * @throws Error for middleware, because requests for exact paths would bypass it
   */
  override use(...parts: unknown[]): void {
    if (this.registered.length === 0) throw unreachedMiddleware();
    for (const { express } of this.listeners.values()) express.use(...(parts as [never]));
  }

  override createMiddlewareFactory(): never {
    throw unreachedMiddleware();
  }

  private register(method: string, path: string, handler: Handler): void {
    const endpoint = statementOf(handler);
    if (!endpoint) {
      throw new Error(
        `${method} ${path} (${handler.name}) states no endpoint: say listener, label and guard with @Endpoint`,
      );
    }
    const { label, givesVerdicts = false } = endpoint;
    const observed = { label, givesVerdicts, route: path };
    const route = { method, path, endpoint, observed, handler };
    this.registered.push(route);
    for (const [name, routes] of this.listeners) {
      if (endpoint.listener === name || endpoint.listener === 'every') routes.add(route);
    }
    if (endpoint.listener !== 'public') return;
    for (const [alias, target] of this.aliases) {
      if (target === label) this.listeners.get('public')?.addAlias(alias, route);
    }
  }
}

const unreachedMiddleware = () =>
  new Error('Middleware does not reach every endpoint: write a guard, or see http/listeners.ts');

class ListenerRoutes implements ServedListener {
  readonly express = quietExpress();
  readonly messages = messagesOf(this.express);
  /** By path, then by method. */
  private readonly exact = new Map<string, Map<string, Route>>();
  private readonly aliases = new Map<string, Map<string, Route>>();
  /** Routes with parameters, by their number of segments, in the order of registration. */
  private readonly segmented = new Map<number, SegmentRoute[]>();
  private readonly above: Route[] = [];
  /** The fixed prefixes of the paths with parameters. */
  private readonly heads = new Set<string>();
  /** Catch-all routes: they serve every path below theirs that has no other route. */
  private readonly rests: { readonly head: string; readonly route: Route }[] = [];

  /** @throws Error when the exact path has a route already */
  add(route: Route): void {
    const { method, path, endpoint, observed, handler } = route;
    const verb = method.toLowerCase() as 'all';
    this.express[verb](path, (request, response, next) => {
      noteEndpoint(response, observed);
      return handler(request, response, next);
    });
    const patternAt = path.search(PATTERN);
    if (patternAt >= 0) {
      const head = path.slice(0, patternAt);
      this.heads.add(head);
      if (REST.test(path)) this.rests.push({ head, route });
      const segments = segmentsOf(path);
      if (segments) {
        const alike = this.segmented.get(segments.length) ?? [];
        this.segmented.set(segments.length, [...alike, { route, segments }]);
      }
      return;
    }
    const byMethod = this.exact.get(path) ?? new Map<string, Route>();
    if (byMethod.has(method)) throw new Error(`${method} ${path} is served twice`);
    this.exact.set(path, byMethod.set(method, route));
    if (endpoint.servesBelow) this.above.push(route);
  }

  /** Serves the route under an additional path. */
  addAlias(path: string, route: Route): void {
    const byMethod = this.aliases.get(path) ?? new Map<string, Route>();
    this.aliases.set(path, byMethod.set(route.method, route));
  }

  readonly handle: RequestListener = (request, response) => {
    const path = pathOf(request.url ?? '');
    const method = request.method ?? '';
    const route = this.find(path, method);
    if (route) return this.serve(route, NO_PARAMETERS, request, response);
    const named = this.findSegmented(path, method);
    if (named) return this.serve(named.route, named.parameters, request, response);
    this.handleOthers(path, request, response);
  };

  private serve(
    route: Route,
    parameters: PathParameters,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    noteEndpoint(response, route.observed);
    // If a filter itself fails, there is no response to send.
    this.answer(route, parameters, request, response).catch(() => response.destroy());
  }

  /** Like Express: the first registered route wins, and each parameter is decoded. */
  private findSegmented(
    path: string,
    method: string,
  ): { route: Route; parameters: PathParameters } | undefined {
    const given = path.split('/');
    const found = this.segmented
      .get(given.length)
      ?.find(
        ({ route, segments }) =>
          (route.method === method || route.method === 'ALL') &&
          segments.every(({ name, text }, n) => (name ? given[n] !== '' : given[n] === text)),
      );
    if (!found || !isDecodable(path)) return undefined;
    const parameters = found.segments.flatMap(({ name }, n) =>
      name === undefined ? [] : [[name, decodeURIComponent(given[n] ?? '')] as const],
    );
    return { route: found.route, parameters: Object.fromEntries(parameters) };
  }

  private find(path: string, method: string): Route | undefined {
    const byMethod = this.exact.get(path) ?? this.aliases.get(path);
    if (byMethod) return byMethod.get(method) ?? byMethod.get('ALL');
    return this.above.find(
      (route) =>
        path.startsWith(`${route.path}/`) && (route.method === 'ALL' || route.method === method),
    );
  }

  /**
   * Deny by default: paths that cannot match a route are answered before the framework sees them. Express would
   * refuse a path with invalid percent-encoding (`/admin/%ff`) before any guard runs, so the catch-all route
   * answers it.
   */
  private handleOthers(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (!isDecodable(path)) {
      const rest = this.rests.find(({ head }) => path.startsWith(head));
      if (rest) this.serve(rest.route, NO_PARAMETERS, request, response);
      else sendNotFound(response);
      return;
    }
    const mayBeServed =
      this.exact.has(path) || [...this.heads].some((head) => path.startsWith(head));
    if (mayBeServed) this.express(request, response);
    else sendNotFound(response);
  }

  private async answer(
    { handler }: Route,
    parameters: PathParameters,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [asked, answered] = [request as Request, response as Response];
    // Express and its router set these properties before they call a handler.
    asked.res = answered;
    asked.params = { ...parameters };
    asked.originalUrl = request.url ?? '';
    asked.baseUrl = '';
    // No code handles an error (of `sendFile`, for example), and the response may have begun.
    asked.next = () => response.destroy();
    answered.locals = {};
    await handler(request, response);
  }
}

/** The segments of an Express path; undefined if a pattern is more than a whole segment. */
function segmentsOf(path: string): SegmentRoute['segments'] | undefined {
  const matches = path.split('/').map((text) => SEGMENT.exec(text));
  if (matches.includes(null)) return undefined;
  return matches.map((match) => ({ name: match?.[1], text: match?.[0] ?? '' }));
}

/** Whether the path is percent-encoded UTF-8. */
export function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The path of a raw request target. A `#` and the text after it are signed, but do not select an endpoint. */
function pathOf(target: string): string {
  const { path } = splitTarget(target);
  const fragmentAt = path.indexOf('#');
  return fragmentAt < 0 ? path : path.slice(0, fragmentAt);
}

/** Express without the features that reinterpret a request or describe the server. */
function quietExpress(): Express {
  const instance = express();
  instance.disable('x-powered-by');
  instance.disable('etag');
  instance.enable('case sensitive routing');
  instance.enable('strict routing');
  instance.set('query parser', 'simple');
  return instance;
}

/** Classes with Express's prototypes. Otherwise Express would change the prototype of each message, which is slow. */
function messagesOf({ request, response }: Express): ServedListener['messages'] {
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse<Asked extends IncomingMessage> extends ServerResponse<Asked> {}
  Object.setPrototypeOf(ExpressRequest.prototype, request);
  Object.setPrototypeOf(ExpressResponse.prototype, response);
  return { IncomingMessage: ExpressRequest, ServerResponse: ExpressResponse };
}
