import type { Scheme } from '../../src/protocol/base-string-uri.js';
import { decodeForm, type Pair } from '../support/signature-witness.js';

/** A request as sent. Each character, code 0 to 255, is one octet. */
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

/** The consumer and the token, if any, that both sides know. */
export interface Credentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string | undefined;
  readonly tokenSecret: string;
}

/** One request of the run, with its credentials and mutations. */
export interface Specimen {
  readonly request: WireRequest;
  readonly credentials: Credentials;
  /** The changes after signing; empty: none. */
  readonly mutations: readonly string[];
}

/** One element of the header's list, unchanged. */
export interface HeaderElement {
  readonly raw: string;
  readonly name: string;
  /** With its quotes; undefined without `=`. */
  readonly value: string | undefined;
}

/** The target between the first `?` and `#`. */
export function rawQuery({ target }: WireRequest): string {
  return /^[^?#]*\?([^#]*)/.exec(target)?.[1] ?? '';
}

/** The body, if either side could treat it as a form. */
export function rawForm({ contentType, body }: WireRequest): string {
  return /application\/x-www-form-urlencoded/i.test(contentType ?? '') ? body : '';
}

/** The decoded parameters of query and form. */
export function sentInForms(request: WireRequest): Pair[] {
  return [...decodeForm(rawQuery(request)), ...decodeForm(rawForm(request))];
}

/** The elements of an `OAuth` header, split at commas outside quotes; empty without such a header. */
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

/** The value of the header's element, without surrounding blanks and quotes. */
export function unquoted({ value = '' }: HeaderElement): string {
  const trimmed = value.trim();
  return /^"(.*)"$/s.exec(trimmed)?.[1] ?? trimmed;
}

/** All parameters sent, including realm, decoded once. */
export function sentParameters(request: WireRequest): Pair[] {
  const inHeader = headerElements(request).map((element): Pair => [
    percentDecoded(element.name.trim()),
    percentDecoded(unquoted(element)),
  ]);
  return [...inHeader, ...sentInForms(request)];
}

/** The first value of a protocol parameter, decoded once; undefined if it is not sent. */
export function sentValue(request: WireRequest, wanted: string): string | undefined {
  return sentParameters(request).find(([name]) => name === wanted)?.[1];
}

/** Decodes what is valid, and leaves the rest unchanged. */
function percentDecoded(encoded: string): string {
  return encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
