import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { givenRequestId } from './caller-names.js';

/**
 * The kinds of problem: code → status and title. Codes are for programs and never change; titles are for
 * people. Each has the type URI `/docs/problems/<code>`, relative to the listener (RFC 9457 section 3.1.1). It
 * is an identifier, even where no page exists.
 */
export const PROBLEMS = {
  validation_failed: [400, 'The request is not valid'],
  malformed_json: [400, 'The body is not JSON'],
  malformed_request: [400, 'The request is malformed'],
  unauthorized: [401, 'A valid key is required'],
  forbidden: [403, 'The key does not allow this'],
  not_found: [404, 'There is nothing here'],
  method_not_allowed: [405, 'The method is not allowed here'],
  consumer_key_taken: [409, 'The consumer key is taken'],
  token_taken: [409, 'The token is taken'],
  import_conflict: [409, 'The import conflicts with existing records'],
  request_in_flight: [409, 'The request is being served already'],
  secret_overlap_running: [409, 'The previous secret of the consumer still holds'],
  already_decided: [409, 'The authorization request was decided already'],
  consumer_disabled: [409, 'The consumer is disabled or has expired'],
  callback_not_registered: [409, 'The callback is not registered any more'],
  expired: [410, 'The authorization request has expired'],
  precondition_failed: [412, 'The state is not the expected one'],
  payload_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body is of an unsupported type'],
  idempotency_key_reused: [422, 'The Idempotency-Key belongs to another request'],
  internal_error: [500, 'An error occurred processing the call'],
  issuer_unavailable: [503, 'The issuer of the token is out of reach'],
  store_unavailable: [503, 'The store is out of reach'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of the input. A JSON pointer locates it in the body, `?name` in the query. */
export interface ProblemFault {
  readonly pointer: string;
  readonly detail: string;
}

/** A refusal that is sent as RFC 9457 problem details. */
export class Problem extends Error {
  /** @param detail for a person; never holds a secret */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly more: {
      readonly errors?: readonly ProblemFault[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(`${code}: ${detail}`);
  }
}

const REQUEST_ID = 'X-Request-Id';

/**
 * The id of the reply and of its log lines. The service takes the caller's own id if there is one, so that both
 * logs can be read together. The id is not authenticated.
 */
export function requestIdOf(response: ServerResponse): string {
  const given = response.getHeader(REQUEST_ID);
  if (typeof given === 'string') return given;
  const requestId = givenRequestId(response.req) ?? randomUUID();
  response.setHeader(REQUEST_ID, requestId);
  return requestId;
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  const [status, title] = PROBLEMS[problem.code];
  const { errors, headers = {} } = problem.more;
  const body = JSON.stringify({
    type: `/docs/problems/${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    requestId: requestIdOf(response),
    ...(errors && { errors }),
  });
  // These headers describe the successful reply.
  for (const name of ['ETag', 'Location', 'Link']) response.removeHeader(name);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/problem+json');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.setHeader('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
