import {
  contradictions,
  faultsOfSecret,
  consumerMetadata,
  needsSharedSecret,
} from '../consumers/consumer-metadata.js';
import type { ConsumerMetadata } from '../consumers/consumer-fields.js';
import { parseDateTime } from '../input/date-time.js';
import { InvalidInput, type InputFault } from '../input/input-fault.js';
import { sizeOf } from '../input/document-size.js';
import { repeatsName } from '../input/repeated-name.js';
import { strictInput } from '../input/strict-input.js';
import { ConsumerLine, EndLine, TokenLine } from './transfer-lines.js';

/** A consumer from a file, validated by the rules of registration. Its secrets are in plain text. */
export interface ImportedConsumer {
  readonly type: 'consumer';
  readonly consumerKey: string;
  readonly consumerSecret: string | null;
  readonly previousSecret: string | null;
  readonly previousSecretExpiresAt: Date | null;
  readonly weakSignaturesUntil: Date | null;
  readonly createdAt: Date | null;
  readonly described: ConsumerMetadata;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads one line of a file: a consumer, an access token, or the end of an export.
 *
 * @param octets without the line feed
 * @throws InvalidInput; its faults never repeat a value, which may be a secret
 */
export function readLine(octets: Uint8Array): ImportedConsumer | TokenLine | EndLine {
  const value = parsed(octets);
  switch ((value as { type?: unknown } | null)?.type) {
    case 'consumer':
      return broughtConsumer(strictInput(ConsumerLine, value));
    case 'token':
      return strictInput(TokenLine, value);
    case 'end':
      return strictInput(EndLine, value);
    default:
      throw fault('/type', 'must be consumer, token or end');
  }
}

function parsed(octets: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = UTF_8.decode(octets);
    value = JSON.parse(text);
  } catch {
    throw fault('', 'must be one JSON object in UTF-8');
  }
  if (repeatsName(text, sizeOf(value))) throw fault('', 'names a property twice');
  return value;
}

function broughtConsumer(line: ConsumerLine): ImportedConsumer {
  const described = consumerMetadata(line);
  const { consumerSecret = null, previousSecret = null } = line;
  const faults: InputFault[] = [
    ...contradictions(described, 'text'),
    ...faultsOfSecret(described, consumerSecret),
  ];
  // A secret that the signature methods do not need now is kept, because a rotation also gives one to a consumer with
  // RSA methods only.
  if (needsSharedSecret(described) && consumerSecret === null) {
    faults.push({ pointer: '/consumerSecret', detail: 'is required by the signature methods' });
  }
  const previousSecretExpiresAt = dateOf(line.previousSecretExpiresAt);
  if ((previousSecret === null) !== (previousSecretExpiresAt === null)) {
    faults.push({
      pointer: '/previousSecretExpiresAt',
      detail: 'and previousSecret come together',
    });
  }
  if (faults.length > 0) throw new InvalidInput(faults);
  return {
    type: 'consumer',
    consumerKey: line.consumerKey,
    consumerSecret,
    previousSecret,
    previousSecretExpiresAt,
    weakSignaturesUntil: dateOf(line.weakSignaturesUntil),
    createdAt: dateOf(line.createdAt),
    described,
  };
}

const dateOf = (text: string | null | undefined): Date | null => parseDateTime(text ?? '') ?? null;

const fault = (pointer: string, detail: string): InvalidInput =>
  new InvalidInput([{ pointer, detail }]);
