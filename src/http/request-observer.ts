import type { IncomingMessage, ServerResponse } from 'node:http';
import { givenTraceId } from './caller-names.js';
import { notesOf, type RequestNotes } from './request-notes.js';
import { RequestProperty } from './request-property.js';

/**
 * The outcome of one request. Nothing in it is secret. The caller chooses the ids, the method and an unverified
 * consumer key.
 */
export interface AnsweredRequest extends RequestNotes {
  /** The id of the reply and of all its log lines. */
  readonly requestId: string;
  readonly method: string;
  /** The label of its endpoint; there are only a few. */
  readonly endpoint: string;
  /** Its path with parameter names in place of values; undefined if no endpoint serves the path. */
  readonly route: string | undefined;
  /** Whether the endpoint's replies are verdicts on signed requests. */
  readonly isVerdict: boolean;
  /** 0 = the client disconnected before the reply was sent. */
  readonly status: number;
  readonly durationSeconds: number;
}

/** What metrics and the log say about an endpoint. */
export interface ObservedEndpoint {
  readonly label: string;
  /** Its path with parameter names in place of values: OpenTelemetry's `http.route`. */
  readonly route?: string;
  readonly givesVerdicts?: boolean;
}

const NO_ENDPOINT: ObservedEndpoint = { label: 'other' };

const endpoints = new RequestProperty<ServerResponse, ObservedEndpoint>('endpoints');

/** Stores the endpoint with its response. */
export function noteEndpoint(response: ServerResponse, endpoint: ObservedEndpoint): void {
  endpoints.set(response, endpoint);
}

/** The endpoint of the response; `other` if no endpoint serves the path. */
export const endpointOf = (response: ServerResponse): ObservedEndpoint =>
  endpoints.get(response) ?? NO_ENDPOINT;

/** Calls `onAnswered` once the request has been answered, or the client closed the connection. */
export function observeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  onAnswered: (answered: AnsweredRequest) => void,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const { problem, problemDetail, hint, consumerKey, isConsumerKnown, traceId } =
      notesOf(request);
    const { label, route, givesVerdicts = false } = endpointOf(response);
    onAnswered({
      problem,
      problemDetail,
      hint,
      consumerKey,
      isConsumerKnown,
      traceId: traceId ?? givenTraceId(request),
      requestId,
      method: request.method ?? '',
      endpoint: label,
      route,
      isVerdict: givesVerdicts,
      status: response.writableFinished ? response.statusCode : 0,
      durationSeconds: (performance.now() - startedAt) / 1000,
    });
  });
}
