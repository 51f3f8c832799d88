/**
 * An OAuth 1.0a client for the tests. It builds a correct request, or, with `omit`, `override` and `tamper`, a
 * request that is wrong in exactly one place.
 *
 *     await send({ base, ...signRequest({ method: 'POST', url: `${base}/oauth/oauth10/initiate`,
 *       consumerKey, consumerSecret, callback: 'oob' }) });
 */
import { createHash, randomBytes, type KeyObject } from 'node:crypto';
import {
  cutUrl,
  decodeForm,
  encodeOctets,
  encodeText,
  utf8Octets,
  witnessBaseString,
  witnessSignature,
  type Pair,
} from './signature-witness.js';

export interface SigningInput {
  method: string;
  /** Absolute, as the client sees the service. Path and query are sent byte for byte. */
  url: string;
  consumerKey: string;
  consumerSecret?: string | undefined;
  /** Undefined: no `oauth_token`. An empty string: an empty `oauth_token`. */
  token?: string | undefined;
  tokenSecret?: string | undefined;
  privateKey?: KeyObject | string | undefined;
  signatureMethod?: string | undefined;
  /** The place of the protocol parameters (section 3.5). */
  place?: 'header' | 'query' | 'body' | undefined;
  /** Form body: text pairs, or a raw form that is sent byte for byte. */
  parameters?: readonly Pair[] | string | undefined;
  /** Further signed parameters in the same place as the protocol parameters, such as `scope`. */
  extraParameters?: readonly Pair[] | undefined;
  /** Names of parameters whose values have no quotes in the header. */
  unquoted?: readonly string[] | undefined;
  /** A body that is not a form, with its media type. Only `bodyHash` signs it. */
  body?: string | Buffer | undefined;
  contentType?: string | undefined;
  /** `oauth_body_hash`: the hash of the body with this algorithm, or exactly this value. */
  bodyHash?: 'sha1' | 'sha256' | 'sha512' | { value: string } | undefined;
  callback?: string | undefined;
  verifier?: string | undefined;
  nonce?: string | undefined;
  /** Seconds since 1970. */
  timestamp?: number | string | undefined;
  /** Default `1.0`; null leaves `oauth_version` out. */
  version?: string | null | undefined;
  realm?: string | undefined;
  /** Header fields in addition to those of the client. */
  headers?: readonly Pair[] | undefined;
  /** Protocol parameters left out before signing (`oauth_signature`: after). */
  omit?: readonly string[] | undefined;
  /** Protocol parameters replaced or added before signing (`oauth_signature`: after). */
  override?: Readonly<Record<string, string>> | undefined;
  /** Hooks that change the request after the named step. */
  tamper?:
    | {
        baseString?: (baseString: string) => string;
        /** The pairs to send, as octets, after signing. */
        sentParameters?: (pairs: readonly Pair[]) => readonly Pair[];
        authorization?: (header: string) => string;
        target?: (target: string) => string;
        body?: (body: string | Buffer | undefined) => string | Buffer | undefined;
      }
    | undefined;
}

export interface SignedRequest {
  method: string;
  url: string;
  /** Path and query, exactly as sent. */
  target: string;
  headers: Pair[];
  body: string | Buffer | undefined;
  baseString: string;
  signature: string;
}

/**
 * Signs one request by RFC 5849 section 3.
 *
 * @throws Error when the input itself makes no sense (relative URL, RSA without a key).
 */
export function signRequest(input: SigningInput): SignedRequest {
  const { method, url, place = 'header', tamper = {} } = input;
  const form = formBody(input);
  const protocol = protocolParameters(input);
  const query = /\?([^#]*)$/.exec(url)?.[1] ?? '';
  const baseString = witnessBaseString(method, url, [
    ...protocol,
    ...decodeForm(query),
    ...decodeForm(form ?? ''),
  ]);
  const signature = witnessSignature(
    input.signatureMethod ?? 'HMAC-SHA1',
    tamper.baseString?.(baseString) ?? baseString,
    {
      consumerSecret: input.consumerSecret ?? '',
      tokenSecret: input.tokenSecret ?? '',
      privateKey: input.privateKey,
    },
  );

  let sent: readonly Pair[] = protocol;
  if (!input.omit?.includes('oauth_signature')) {
    sent = [...sent, ['oauth_signature', input.override?.['oauth_signature'] ?? signature]];
  }
  sent = tamper.sentParameters?.(sent) ?? sent;
  const sentForm = sent.map(([n, v]) => `${encodeOctets(n)}=${encodeOctets(v)}`).join('&');

  const headers: Pair[] = [...(input.headers ?? [])];
  let { target } = cutUrl(url);
  let body: string | Buffer | undefined = form ?? input.body;
  if (place === 'header') {
    const header = authorizationHeader(sent, input);
    headers.push(['Authorization', tamper.authorization?.(header) ?? header]);
  } else if (place === 'query') {
    target += `${target.includes('?') ? '&' : '?'}${sentForm}`;
  } else {
    body = form ? `${form}&${sentForm}` : sentForm;
  }
  const isForm = form !== undefined || place === 'body';
  const contentType =
    input.contentType ?? (isForm ? 'application/x-www-form-urlencoded' : undefined);
  if (contentType !== undefined) headers.push(['Content-Type', contentType]);
  target = tamper.target?.(target) ?? target;
  if (tamper.body) body = tamper.body(body);
  return { method, url, target, headers, body, baseString, signature };
}

function formBody({ parameters }: SigningInput): string | undefined {
  if (parameters === undefined || typeof parameters === 'string') return parameters;
  const encode = (text: string): string => encodeText(text).replaceAll('%20', '+');
  return parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

/** The protocol parameters without the signature, and `extraParameters`, as octets. */
function protocolParameters(input: SigningInput): Pair[] {
  const values: Record<string, string | undefined> = {
    oauth_consumer_key: input.consumerKey,
    oauth_token: input.token,
    oauth_signature_method: input.signatureMethod ?? 'HMAC-SHA1',
    oauth_timestamp: String(input.timestamp ?? Math.floor(Date.now() / 1000)),
    oauth_nonce: input.nonce ?? randomBytes(12).toString('hex'),
    oauth_callback: input.callback,
    oauth_verifier: input.verifier,
    oauth_body_hash: bodyHash(input),
    oauth_version: input.version === null ? undefined : (input.version ?? '1.0'),
    ...input.override,
  };
  const pairs: Pair[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || name === 'oauth_signature' || input.omit?.includes(name)) continue;
    pairs.push([name, value]);
  }
  pairs.push(...(input.extraParameters ?? []));
  return pairs.map(([name, value]) => [utf8Octets(name), utf8Octets(value)]);
}

function bodyHash({ bodyHash: wanted, body = '' }: SigningInput): string | undefined {
  if (wanted === undefined) return undefined;
  if (typeof wanted === 'object') return wanted.value;
  return createHash(wanted).update(body).digest('base64');
}

function authorizationHeader(sent: readonly Pair[], input: SigningInput): string {
  const pieces = sent.map(([name, value]) =>
    input.unquoted?.includes(name)
      ? `${encodeOctets(name)}=${encodeOctets(value)}`
      : `${encodeOctets(name)}="${encodeOctets(value)}"`,
  );
  if (input.realm !== undefined) pieces.unshift(`realm="${input.realm}"`);
  return `OAuth ${pieces.join(', ')}`;
}
