import type { IncomingMessage, ServerResponse } from 'node:http';

/** What became of one request; nothing in it is secret, and no label of it is the caller's choice. */
export interface AnsweredRequest {
  /** Under this name the answer, and any other line of the log about it, can be found again. */
  readonly requestId: string;
  readonly method: string;
  /** One of a fixed few. */
  readonly endpoint: Endpoint;
  /** 0 = the caller went away before its answer was sent. */
  readonly status: number;
  /** Why a signed request was refused, whatever the caller was told; undefined when it was not. */
  readonly problem: string | undefined;
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

const problems = new WeakMap<ServerResponse, string>();

/** Keeps with a response why its request was refused, for those who count and log. */
export function noteProblem(response: ServerResponse, problem: string): void {
  problems.set(response, problem);
}

/** Calls `tell` once the request has been answered, or was left. */
export function observeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  tell: (answered: AnsweredRequest) => void,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    tell({
      requestId,
      method: request.method ?? '',
      endpoint: endpointOf(request.url ?? ''),
      status: response.writableFinished ? response.statusCode : 0,
      problem: problems.get(response),
      durationSeconds: (performance.now() - startedAt) / 1000,
    });
  });
}
