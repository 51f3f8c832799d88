import { signatureMethodNamed } from '../protocol/signature-methods.js';
import type { Consumer } from './consumer.js';
import type { ConsumerChange, NewConsumer } from './consumer-registration.js';
import { parseDateTime } from '../input/date-time.js';
import type { InputFault } from '../input/input-fault.js';
import { normalizeRsaPublicKey } from './rsa-public-key.js';

/** All of a consumer that staff decide on. */
export type ConsumerMetadata = Omit<
  Consumer,
  | 'consumerKey'
  | 'secret'
  | 'previousSecret'
  | 'previousSecretExpiresAt'
  | 'weakSignaturesUntil'
  | 'grantMac'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
>;

const USUAL_METHODS = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'];
const USUAL_RSA_METHODS = ['RSA-SHA256', 'RSA-SHA512'];

/**
 * The consumer that results from a registration, or from a change to the one before. Says nothing
 * about whether it makes sense: see contradictions.
 */
export function consumerMetadata(
  given: NewConsumer | ConsumerChange,
  before?: ConsumerMetadata,
): ConsumerMetadata {
  const key =
    typeof given.rsaPublicKey === 'string'
      ? normalizeRsaPublicKey(given.rsaPublicKey)
      : given.rsaPublicKey;
  const expiry =
    typeof given.expiresAt === 'string' ? parseDateTime(given.expiresAt) : given.expiresAt;
  const rsaPublicKey = resulting(key, before?.rsaPublicKey, null);
  const usualMethods = rsaPublicKey === null ? USUAL_METHODS : USUAL_RSA_METHODS;
  return {
    name: resulting(given.name, before?.name, ''),
    description: resulting(given.description, before?.description, null),
    callbackUrls: resulting(given.callbackUrls, before?.callbackUrls, []),
    scopes: resulting(given.scopes, before?.scopes, []),
    signatureMethods: resulting(given.signatureMethods, before?.signatureMethods, usualMethods),
    rsaPublicKey,
    twoLegged: resulting(given.twoLegged, before?.twoLegged, false),
    accessTokenTtlSeconds: resulting(
      given.accessTokenTtlSeconds,
      before?.accessTokenTtlSeconds,
      null,
    ),
    websiteUrl: resulting(given.websiteUrl, before?.websiteUrl, null),
    legalNotice: resulting(given.legalNotice, before?.legalNotice, null),
    allowedAddresses: resulting(given.allowedAddresses, before?.allowedAddresses, []),
    expiresAt: resulting(expiry, before?.expiresAt, null),
    labels: resulting(given.labels, before?.labels, {}),
    status: ('status' in given ? given.status : undefined) ?? before?.status ?? 'active',
  };
}

/** Whether one of its methods computes with a shared secret (RFC 5849 sections 3.4.2 and 3.4.4). */
export function needsSharedSecret({ signatureMethods }: ConsumerMetadata): boolean {
  return signatureMethods.some((name) => signatureMethodNamed(name)?.family !== 'rsa');
}

/**
 * What of a consumer can't stand together, whichever request brought it about.
 *
 * @param hasSecret whether it has, or is about to get, a shared secret
 */
export function contradictions(consumer: ConsumerMetadata, hasSecret: boolean): InputFault[] {
  const faults: InputFault[] = [];
  const rsaMethod = consumer.signatureMethods.find(
    (name) => signatureMethodNamed(name)?.family === 'rsa',
  );
  if (rsaMethod !== undefined && consumer.rsaPublicKey === null) {
    faults.push({ pointer: '/rsaPublicKey', detail: `is required for ${rsaMethod}` });
  }
  if (needsSharedSecret(consumer) && !hasSecret) {
    faults.push({
      pointer: '/signatureMethods',
      detail:
        'include a method that needs a shared secret, which this consumer does not have: rotate its secret to give it one',
    });
  }
  return faults;
}

function resulting<Value>(
  given: Value | null | undefined,
  before: Value | undefined,
  usual: Value,
): Value {
  if (given === undefined) return before === undefined ? usual : before;
  return given ?? usual;
}
