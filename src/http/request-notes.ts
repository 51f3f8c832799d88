import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestProperty } from './request-property.js';

/** What the service learned about a request, for its log line and for metrics. */
export interface RequestNotes {
  /** Why a signed request was refused, in more detail than the client learns. */
  problem: string | undefined;
  /** The part of the problem that only the operator sees; never part of a reply or of a metric. */
  problemDetail: string | undefined;
  /** The code of the signature hint. */
  hint: string | undefined;
  /** The consumer key in the request, verified or not. Keys are not secret (RFC 5849 section 1.1). */
  consumerKey: string | undefined;
  /** Whether the key was looked up and found. */
  isConsumerKnown: boolean;
  /** W3C Trace Context, 32 hexadecimal digits. */
  traceId: string | undefined;
}

const PRINTABLE_ASCII = /^[ -~]*$/;

/** The longest unverified value in the log, in characters. */
const UNVERIFIED_MAX = 64;

const notes = new RequestProperty<IncomingMessage, RequestNotes>('notes');

/** The notes on a request. Each stage adds to them. */
export function notesOf(request: IncomingMessage): RequestNotes {
  let found = notes.get(request);
  if (!found) {
    found = {
      problem: undefined,
      problemDetail: undefined,
      hint: undefined,
      consumerKey: undefined,
      isConsumerKnown: false,
      traceId: undefined,
    };
    notes.set(request, found);
  }
  return found;
}

/**
 * Notes why a signed request was refused.
 *
 * @param detail only for the log
 */
export function noteProblem(response: ServerResponse, problem: string, detail?: string): void {
  const found = notesOf(response.req);
  found.problem = problem;
  found.problemDetail = detail;
}

/** Notes the signature hint, by its code. */
export function noteHint(request: IncomingMessage, hint: string): void {
  notesOf(request).hint = hint;
}

/**
 * Notes the consumer key of a request before it is looked up. The key is truncated, and control characters are
 * replaced, because a terminal would obey them.
 */
export function noteClaimedConsumer(request: IncomingMessage, consumerKey: string): void {
  const cut = consumerKey.slice(0, UNVERIFIED_MAX);
  // Nearly all keys are printable ASCII, and this test is much faster than the replacement.
  notesOf(request).consumerKey = PRINTABLE_ASCII.test(cut)
    ? cut
    : cut.replaceAll(/[^\P{C}]|[\u2028\u2029]/gu, '?');
}

/** Notes the key of the registered consumer that a request names. */
export function noteConsumer(request: IncomingMessage, consumerKey: string): void {
  const found = notesOf(request);
  found.consumerKey = consumerKey;
  found.isConsumerKnown = true;
}
