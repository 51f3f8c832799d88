import type { IncomingMessage, ServerResponse } from 'node:http';
import { givenTraceId } from './caller-names.js';
import { notesOf, type RequestNotes } from './request-notes.js';
import { RequestProperty } from './request-property.js';

/** What became of one request; nothing in it is secret. Of the caller's choice are only the names. */
export interface AnsweredRequest extends RequestNotes {
  /** Under this name the answer, and any other line of the log about it, can be found again. */
  readonly requestId: string;
  readonly method: string;
  /** The label of its endpoint, one of a few. */
  readonly endpoint: string;
  /** Its path with names for what varies; undefined for what is served nowhere. */
  readonly route: string | undefined;
  /** Whether an answer of the endpoint is a verdict on a signed request. */
  readonly isVerdict: boolean;
  /** 0 = the caller went away before its answer was sent. */
  readonly status: number;
  readonly durationSeconds: number;
}

/** What is said of an endpoint to those who count and log. */
export interface ObservedEndpoint {
  readonly label: string;
  /** Its path with names for what varies: OpenTelemetry's `http.route`. */
  readonly route?: string;
  readonly givesVerdicts?: boolean;
}

const NO_ENDPOINT: ObservedEndpoint = { label: 'other' };

const endpoints = new RequestProperty<ServerResponse, ObservedEndpoint>('endpoints');

/** Keeps with a response which endpoint gives it. */
export function noteEndpoint(response: ServerResponse, endpoint: ObservedEndpoint): void {
  endpoints.set(response, endpoint);
}

/** Which endpoint gives the response; whatever is served nowhere is `other`. */
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
