import type { CompatibilityFlag } from '../protocol/compatibility.js';
import { signatureMethodNamed } from '../protocol/signature-methods.js';
import type { InputFault } from '../input/input-fault.js';
import { consumerFields, type ConsumerField, type ConsumerMetadata } from './consumer-fields.js';
import type { GivenConsumerFields } from './consumer-registration.js';

/**
 * The consumer after a registration, or after a change of `before`. It may be inconsistent: `contradictions`
 * checks that.
 */
export function consumerMetadata(
  given: GivenConsumerFields,
  before?: ConsumerMetadata,
): ConsumerMetadata {
  // The default methods depend on the key.
  const keyField = consumerFields.find(([name]) => name === 'rsaPublicKey')?.[1];
  const rsaPublicKey = resulting(keyField, given.rsaPublicKey, before?.rsaPublicKey, null);
  const key = { rsaPublicKey: rsaPublicKey as string | null };
  return Object.fromEntries(
    consumerFields.map(([name, row]) => {
      const usual = usualOf(row, key);
      return [name, resulting(row, given[name], before?.[name], usual)];
    }),
  ) as ConsumerMetadata;
}

/** The default of a field, which null selects. */
const usualOf = (
  { usual }: ConsumerField<unknown>,
  key: { readonly rsaPublicKey: string | null },
): unknown =>
  typeof usual === 'function' ? (usual as (given: typeof key) => unknown)(key) : usual;

/** Whether one of its methods uses a shared secret (RFC 5849 sections 3.4.2 and 3.4.4). */
export function needsSharedSecret({ signatureMethods }: ConsumerMetadata): boolean {
  return signatureMethods.some((name) => signatureMethodNamed(name)?.family !== 'rsa');
}

/** The kind of a shared secret. The rules need to know no more of it. */
export type SharedSecretKind = 'none' | 'empty' | 'text';

/** The kind of a plaintext secret. */
export const kindOfSecret = (secret: string | null): SharedSecretKind =>
  secret === null ? 'none' : secret === '' ? 'empty' : 'text';

/** Flags that allow a client mistake with the shared secret. */
const FLAGS_OF_SECRETS: readonly CompatibilityFlag[] = ['empty_secret', 'secrets_not_encoded'];

/**
 * The contradictions between the fields of a consumer after any change.
 *
 * @param secret the kind of the shared secret that it has, or is about to get
 */
export function contradictions(consumer: ConsumerMetadata, secret: SharedSecretKind): InputFault[] {
  const faults: InputFault[] = [];
  const rsaMethod = consumer.signatureMethods.find(
    (name) => signatureMethodNamed(name)?.family === 'rsa',
  );
  if (rsaMethod !== undefined && consumer.rsaPublicKey === null) {
    faults.push({ pointer: '/rsaPublicKey', detail: `is required for ${rsaMethod}` });
  }
  if (needsSharedSecret(consumer) && secret === 'none') {
    faults.push({
      pointer: '/signatureMethods',
      detail:
        'include a method that needs a shared secret, which this consumer does not have: rotate its secret to give it one',
    });
  }
  return [...faults, ...contradictionsOfFlags(consumer, secret)];
}

/** The faults of a given secret: an empty one requires the flag `empty_secret`. */
export const faultsOfSecret = (
  { compatibility }: ConsumerMetadata,
  secret: string | null | undefined,
): InputFault[] =>
  secret === '' && !compatibility.includes('empty_secret')
    ? [{ pointer: '/consumerSecret', detail: 'must have 1 to 1024 characters' }]
    : [];

function contradictionsOfFlags(consumer: ConsumerMetadata, secret: SharedSecretKind): InputFault[] {
  const { compatibility, signatureMethods } = consumer;
  const faults: InputFault[] = compatibility.flatMap((flag, index) =>
    FLAGS_OF_SECRETS.includes(flag) && !needsSharedSecret(consumer)
      ? [
          {
            pointer: `/compatibility/${index}`,
            detail: `${flag} has no use with RSA methods alone`,
          },
        ]
      : [],
  );
  if (faults.length > 0) return faults;
  const isLetIn = compatibility.includes('empty_secret');
  const isPlaintextAlone = signatureMethods.every((name) => name === 'PLAINTEXT');
  if (isLetIn && !isPlaintextAlone) {
    faults.push({
      pointer: '/signatureMethods',
      detail: 'must be PLAINTEXT alone beside the compatibility flag empty_secret',
    });
  }
  if (secret === 'empty' && !isLetIn) {
    faults.push({
      pointer: '/compatibility',
      detail: 'must have empty_secret for a consumer whose secret is empty',
    });
  }
  return faults;
}

function resulting(
  row: ConsumerField<unknown> | undefined,
  given: unknown,
  before: unknown,
  usual: unknown,
): unknown {
  if (given === undefined) return before === undefined ? usual : before;
  if (given === null) return usual;
  return row?.read === undefined ? given : row.read(given as string);
}
