import type { PublicUrl } from './public-url.js';
import { LOOPBACK_HOSTS } from './value-parsers.js';

/** The receiver of events (CloudEvents 1.0), and the keys that authenticate them. */
export interface EventSettings {
  readonly url: string;
  /** The `source` of every event: a URI. */
  readonly source: string;
  /** The signing keys of Standard Webhooks: one, or two while the receiver changes to the first. */
  readonly keys: readonly Buffer[];
  /** The time limit for the receiver's response. */
  readonly timeoutSeconds: number;
}

/** The environment variables for events. */
interface Variables {
  readonly EVENTS_URL?: string;
  readonly EVENTS_SECRET?: readonly Buffer[];
  readonly EVENTS_TIMEOUT_SECONDS: number;
  readonly PUBLIC_URL?: PublicUrl;
  readonly PLATFORM_TOKEN_ISSUER?: string;
  readonly NODE_ENV?: string;
}

const PREFIX = 'whsec_';
/** The limits of Standard Webhooks. */
const KEY_OCTETS_MIN = 24;
const KEY_OCTETS_MAX = 64;
const KEYS_MAX = 2;

/**
 * Reads `whsec_BASE64`, or two of them separated by a comma.
 *
 * @throws Error whose message completes the sentence "EVENTS_SECRET …", without the secret
 */
export function parseEventsSecret(text: string): readonly Buffer[] {
  const keys = text.split(',').map((one) => parseOne(one.trim()));
  if (keys.length > KEYS_MAX) throw new Error('must hold at most two secrets');
  return keys;
}

function parseOne(text: string): Buffer {
  const base64 = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  const key = Buffer.from(base64, 'base64');
  const isBase64 = key.toString('base64') === base64;
  if (!isBase64 || key.length < KEY_OCTETS_MIN || key.length > KEY_OCTETS_MAX) {
    throw new Error(
      `must be ${PREFIX} and the base64 of ${KEY_OCTETS_MIN} to ${KEY_OCTETS_MAX} octets`,
    );
  }
  return key;
}

/** Undefined: the service creates no events. */
export function eventsFrom(variables: Variables): EventSettings | undefined {
  const { EVENTS_URL: url, EVENTS_SECRET: keys } = variables;
  const source = sourceFrom(variables);
  if (url === undefined || keys === undefined || source === undefined) return undefined;
  return { url, source, keys, timeoutSeconds: variables.EVENTS_TIMEOUT_SECONDS };
}

/**
 * Faults of combinations with EVENTS_URL and EVENTS_SECRET. Empty if one of these variables has a fault of its own.
 */
export function eventFaults(variables: Variables, known: readonly string[]): string[] {
  const { EVENTS_URL: url, EVENTS_SECRET: keys, NODE_ENV } = variables;
  if (known.some((fault) => /^(EVENTS_(URL|SECRET)|PUBLIC_URL|PLATFORM_TOKEN_ISSUER)/.test(fault)))
    return [];
  if (url === undefined) {
    return keys === undefined
      ? []
      : ['EVENTS_URL is required with EVENTS_SECRET, for example https://events.example.com/'];
  }
  const faults: string[] = [];
  if (keys === undefined) {
    faults.push(
      'EVENTS_SECRET is required with EVENTS_URL: receivers would take the events of anybody, for example whsec_BASE64 (32 random octets, as `openssl rand -base64 32` prints them)',
    );
  } else if (NODE_ENV === 'production' && keys.some((key) => new Set(key).size === 1)) {
    faults.push('EVENTS_SECRET must not hold one octet again and again in production');
  }
  if (sourceFrom(variables) === undefined) {
    faults.push(
      'PUBLIC_URL or PLATFORM_TOKEN_ISSUER is required with EVENTS_URL: it is the source of the events, for example https://api.example.com',
    );
  }
  const { protocol, hostname } = new URL(url);
  if (NODE_ENV === 'production' && protocol !== 'https:' && !LOOPBACK_HOSTS.includes(hostname)) {
    faults.push('EVENTS_URL must be https in production: events tell who allowed what to whom');
  }
  return faults;
}

/** The name by which the platform already knows this service. */
function sourceFrom({ PLATFORM_TOKEN_ISSUER, PUBLIC_URL }: Variables): string | undefined {
  if (PLATFORM_TOKEN_ISSUER !== undefined) return PLATFORM_TOKEN_ISSUER;
  return PUBLIC_URL && `${PUBLIC_URL.scheme}://${PUBLIC_URL.authority}${PUBLIC_URL.path}`;
}
