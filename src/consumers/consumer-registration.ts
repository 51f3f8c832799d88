import { IsBoolean, IsIn, IsOptional, ValidateIf } from 'class-validator';
import { callbackFault } from '../protocol/callback-uri.js';
import { SIGNATURE_METHODS, signatureMethodNamed } from '../protocol/signature-methods.js';
import { allowedAddressFault } from './allowed-address.js';
import type { ConsumerStatus } from './consumer.js';
import { parseDateTime } from '../input/date-time.js';
import { Satisfies, listOf, text, wholeNumber } from '../input/satisfies.decorator.js';
import { labels } from './labels.js';
import { credential, identifier, line, paragraphs } from '../input/printable-text.js';
import { normalizeRsaPublicKey, RsaPublicKeyRefused } from './rsa-public-key.js';
import { websiteUrlFault } from './website-url.js';

/** The longest life that an access token can be given, short of forever. */
export const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;

const callbackUrl = text((uri) => {
  if (uri === 'oob') return 'need not be registered: every consumer may use "oob"';
  const fault = callbackFault(uri);
  return fault === undefined ? undefined : `can't be registered: it ${fault}`;
});

/** A scope, RFC 6749 section 3.3: what a list of them joined by blanks can hold. */
export const scope = text((token) =>
  /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(token)
    ? undefined
    : 'must have 1 to 100 printable ASCII characters without blanks, quotes and backslashes',
);

/** A list of scopes, asked for or granted. */
export const scopes = listOf(scope, { max: 100 });

const signatureMethod = text((name) =>
  signatureMethodNamed(name)
    ? undefined
    : `must be one of ${SIGNATURE_METHODS.map((method) => method.name).join(', ')}`,
);

const rsaPublicKey = text((pem) => {
  try {
    normalizeRsaPublicKey(pem);
    return undefined;
  } catch (error) {
    if (error instanceof RsaPublicKeyRefused) return error.message;
    throw error;
  }
});

/** A date-time of RFC 3339. */
export const dateTime = text((value) =>
  parseDateTime(value) ? undefined : 'must be a date-time such as 2030-01-31T12:00:00Z',
);

/**
 * What may be said about a consumer when it is registered and when it is changed. Null stands for
 * the default; a property that is left out, for the default of a new consumer and for what an
 * existing one has.
 */
export class ConsumerMetadataInput {
  @IsOptional()
  @Satisfies(paragraphs(2000))
  description?: string | null;

  @IsOptional()
  @Satisfies(listOf(callbackUrl, { max: 20 }))
  callbackUrls?: string[] | null;

  @IsOptional()
  @Satisfies(scopes)
  scopes?: string[] | null;

  @IsOptional()
  @Satisfies(listOf(signatureMethod, { min: 1, max: SIGNATURE_METHODS.length }))
  signatureMethods?: string[] | null;

  /** In PEM, SubjectPublicKeyInfo or PKCS#1. */
  @IsOptional()
  @Satisfies(rsaPublicKey)
  rsaPublicKey?: string | null;

  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  twoLegged?: boolean | null;

  /** 0 = until revoked. */
  @IsOptional()
  @Satisfies(wholeNumber(0, TEN_YEARS_SECONDS))
  accessTokenTtlSeconds?: number | null;

  @IsOptional()
  @Satisfies(text(websiteUrlFault))
  websiteUrl?: string | null;

  @IsOptional()
  @Satisfies(paragraphs(10_000))
  legalNotice?: string | null;

  /** Addresses and CIDRs. */
  @IsOptional()
  @Satisfies(listOf(text(allowedAddressFault), { max: 100 }))
  allowedAddresses?: string[] | null;

  /** RFC 3339. */
  @IsOptional()
  @Satisfies(dateTime)
  expiresAt?: string | null;

  @IsOptional()
  @Satisfies(labels)
  labels?: Record<string, string> | null;
}

/** A consumer to register; with its own key, or key and secret, one that exists elsewhere. */
export class NewConsumer extends ConsumerMetadataInput {
  @Satisfies(line(1, 200))
  name!: string;

  @IsOptional()
  @Satisfies(identifier(255))
  consumerKey?: string | null;

  @IsOptional()
  @Satisfies(credential(1024))
  consumerSecret?: string | null;
}

/** What shall be different about a consumer. */
export class ConsumerChange extends ConsumerMetadataInput {
  // Not @IsOptional: null has nothing to fall back to.
  @ValidateIf((_, value) => value !== undefined)
  @Satisfies(line(1, 200))
  name?: string;

  @ValidateIf((_, value) => value !== undefined)
  @IsIn(['active', 'disabled'], { message: 'must be active or disabled' })
  status?: ConsumerStatus;
}
