import type { Scheme } from '../../src/protocol/base-string-uri.js';
import { decodeForm, type Pair } from '../support/signature-witness.js';

/** A request as it travels, octet for octet (one character, code 0 to 255, for each). */
export interface WireRequest {
  readonly method: string;
  readonly scheme: Scheme;
  /** The value of the `Host` header. */
  readonly authority: string;
  readonly target: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** The consumer and the token, if any, that are known to either side. */
export interface Credentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string | undefined;
  readonly tokenSecret: string;
}

/** One request of the run, and how it came to be. */
export interface Specimen {
  readonly request: WireRequest;
  readonly credentials: Credentials;
  /** What was done to it after it had been signed; empty: nothing. */
  readonly mutations: readonly string[];
}

/** One element of the header's list, as it stands there. */
export interface HeaderElement {
  readonly raw: string;
  readonly name: string;
  /** With its quotes; undefined without `=`. */
  readonly value: string | undefined;
}

/** What follows the first `?`, up to a `#`. */
export function rawQuery({ target }: WireRequest): string {
  return /^[^?#]*\?([^#]*)/.exec(target)?.[1] ?? '';
}

/** The body where either side may take it for a form. */
export function rawForm({ contentType, body }: WireRequest): string {
  return /application\/x-www-form-urlencoded/i.test(contentType ?? '') ? body : '';
}

/** The decoded parameters of query and form. */
export function sentInForms(request: WireRequest): Pair[] {
  return [...decodeForm(rawQuery(request)), ...decodeForm(rawForm(request))];
}

/** The elements of an `OAuth` header, cut at commas outside quotes; none where there is no such header. */
export function headerElements({ authorization }: WireRequest): HeaderElement[] {
  const list = /^\s*oauth(?:\s|$)(.*)$/is.exec(authorization ?? '')?.[1];
  if (list === undefined) return [];
  const elements = list.match(/(?:"(?:\\.|[^"\\])*(?:"|$)|[^",])+|(?<=,|^)(?=,|$)/gs) ?? [];
  return elements.map((raw) => {
    const equals = raw.indexOf('=');
    if (equals < 0) return { raw, name: raw, value: undefined };
    return { raw, name: raw.slice(0, equals), value: raw.slice(equals + 1) };
  });
}

/** The value of the header's element, without blanks and quotes around it. */
export function unquoted({ value = '' }: HeaderElement): string {
  const trimmed = value.trim();
  return /^"(.*)"$/s.exec(trimmed)?.[1] ?? trimmed;
}

/** All parameters that are sent, realm included, decoded once. */
export function sentParameters(request: WireRequest): Pair[] {
  const inHeader = headerElements(request).map((element): Pair => [
    percentDecoded(element.name.trim()),
    percentDecoded(unquoted(element)),
  ]);
  return [...inHeader, ...sentInForms(request)];
}

/** The first value of a protocol parameter, decoded once; undefined where it is not sent. */
export function sentValue(request: WireRequest, wanted: string): string | undefined {
  return sentParameters(request).find(([name]) => name === wanted)?.[1];
}

/** A decoder that leaves alone what it can't read. */
function percentDecoded(encoded: string): string {
  return encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
