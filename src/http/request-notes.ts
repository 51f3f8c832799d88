import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestProperty } from './request-property.js';

/** What was found out about a request on its way, for the line of the log and for metrics. */
export interface RequestNotes {
  /** Why a signed request was refused, in more detail than the client learns. */
  problem: string | undefined;
  /** What of the problem is for the operator alone; never part of an answer or of a metric. */
  problemDetail: string | undefined;
  /** The code of the hint why the signature does not hold. */
  hint: string | undefined;
  /** Who signed, or says so. Keys are no secrets (RFC 5849 section 1.1). */
  consumerKey: string | undefined;
  /** Whether the key was looked up and found. */
  isConsumerKnown: boolean;
  /** W3C Trace Context, 32 hexadecimal digits. */
  traceId: string | undefined;
}

const PRINTABLE_ASCII = /^[ -~]*$/;

/** The most that the log contains of an unverified value, in characters. */
const UNVERIFIED_MAX = 64;

const notes = new RequestProperty<IncomingMessage, RequestNotes>('notes');

/** The notes on a request, to which each stage adds what it finds out. */
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
 * Keeps why a signed request was refused.
 *
 * @param detail for the log alone
 */
export function noteProblem(response: ServerResponse, problem: string, detail?: string): void {
  const found = notesOf(response.req);
  found.problem = problem;
  found.problemDetail = detail;
}

/** Keeps why the signature does not hold, by the code of its hint. */
export function noteHint(request: IncomingMessage, hint: string): void {
  notesOf(request).hint = hint;
}

/**
 * Keeps the consumer key that a request brings, before anybody has looked it up: cut, and without
 * what a terminal would obey.
 */
export function noteClaimedConsumer(request: IncomingMessage, consumerKey: string): void {
  const cut = consumerKey.slice(0, UNVERIFIED_MAX);
  // Nearly all keys are, and the other expression takes longer than all else here.
  notesOf(request).consumerKey = PRINTABLE_ASCII.test(cut)
    ? cut
    : cut.replaceAll(/[^\P{C}]|[\u2028\u2029]/gu, '?');
}

/** Keeps the key of the registered consumer that a request names. */
export function noteConsumer(request: IncomingMessage, consumerKey: string): void {
  const found = notesOf(request);
  found.consumerKey = consumerKey;
  found.isConsumerKnown = true;
}
