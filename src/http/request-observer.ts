import type { IncomingMessage, ServerResponse } from 'node:http';
import { givenTraceId } from './caller-names.js';
import { notesOf, type RequestNotes } from './request-notes.js';

/** What became of one request; nothing in it is secret. Of the caller's choice are only the names. */
export interface AnsweredRequest extends RequestNotes {
  /** Under this name the answer, and any other line of the log about it, can be found again. */
  readonly requestId: string;
  readonly method: string;
  /** One of a fixed few. */
  readonly endpoint: Endpoint;
  /** 0 = the caller went away before its answer was sent. */
  readonly status: number;
  readonly durationSeconds: number;
}

const JUDGED = [
  'initiate',
  'token',
  'revoke',
  'echo',
  'verify',
  'authz/nginx',
  'authz/forward-auth',
  'authz/ext-authz',
] as const;

export type Endpoint =
  | (typeof JUDGED)[number]
  | 'authorize'
  | 'pages'
  | 'admin'
  | 'docs'
  | 'metrics'
  | 'health'
  | 'other';

/** Whether an answer of the endpoint is a verdict on a signed request. */
export const isJudged = (endpoint: Endpoint): boolean =>
  (JUDGED as readonly string[]).includes(endpoint);

const PATHS: readonly (readonly [RegExp, Endpoint])[] = [
  ...JUDGED.map((name): [RegExp, Endpoint] => {
    const path = /^(verify|authz)/.test(name) ? `/${name}` : `/oauth/oauth10/${name}`;
    return [new RegExp(`^${path}(?:[?]|$)`), name];
  }),
  [/^\/authz\/ext-authz\//, 'authz/ext-authz'],
  [/^\/oauth\/auz\/authorize(?:[?]|$)/, 'authorize'],
  [/^\/oauth\/auz\//, 'pages'],
  [/^\/admin\//, 'admin'],
  [/^\/docs/, 'docs'],
  [/^\/metrics/, 'metrics'],
  [/^\/health\//, 'health'],
];

/** Which endpoint a request target means; whatever is served nowhere is `other`. */
export const endpointOf = (target: string): Endpoint =>
  PATHS.find(([path]) => path.test(target))?.[1] ?? 'other';

/** The path of an endpoint with what varies left out: OpenTelemetry's `http.route`. */
export const routeOf = (endpoint: Endpoint): string | undefined => ROUTES[endpoint];

const ROUTES: Readonly<Record<Endpoint, string | undefined>> = {
  initiate: '/oauth/oauth10/initiate',
  token: '/oauth/oauth10/token',
  revoke: '/oauth/oauth10/revoke',
  echo: '/oauth/oauth10/echo',
  verify: '/verify',
  'authz/nginx': '/authz/nginx',
  'authz/forward-auth': '/authz/forward-auth',
  'authz/ext-authz': '/authz/ext-authz/*',
  authorize: '/oauth/auz/authorize',
  pages: '/oauth/auz/*',
  admin: '/admin/*',
  docs: '/docs/*',
  metrics: '/metrics',
  health: '/health/*',
  other: undefined,
};

/** Calls `tell` once the request has been answered, or was left. */
export function observeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  tell: (answered: AnsweredRequest) => void,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const notes = notesOf(request);
    tell({
      ...notes,
      traceId: notes.traceId ?? givenTraceId(request),
      requestId,
      method: request.method ?? '',
      endpoint: endpointOf(request.url ?? ''),
      status: response.writableFinished ? response.statusCode : 0,
      durationSeconds: (performance.now() - startedAt) / 1000,
    });
  });
}
