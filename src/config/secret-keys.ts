export interface SecretKey {
  /** Stored with each sealed value to find its key again. */
  readonly id: string;
  /** 32 octets. */
  readonly key: Buffer;
}

const KEY_OCTETS = 32;

/**
 * Reads SECRET_KEYS, `id:base64[,id:base64]`. The first key seals; the others only open what they sealed before.
 * Messages name keys only by position, because the secret may be in the id's place by mistake.
 */
export function parseSecretKeys(text: string): readonly SecretKey[] {
  const keys = text.split(',').map((entry, index) => parseSecretKey(entry, index + 1));
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) {
    throw new Error('must not use one id twice');
  }
  return keys;
}

/** The text that `parseSecretKeys` reads. */
export function formatSecretKey({ id, key }: SecretKey): string {
  return `${id}:${key.toString('base64')}`;
}

function parseSecretKey(entry: string, position: number): SecretKey {
  const [, id, base64] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
  if (id === undefined || base64 === undefined) {
    throw new Error(`must be id:base64[,id:base64], which entry ${position} is not`);
  }
  const key = Buffer.from(base64, 'base64');
  if (key.length !== KEY_OCTETS || key.toString('base64') !== base64) {
    throw new Error(
      `must hold ${KEY_OCTETS} octets in base64 a key, which entry ${position} does not`,
    );
  }
  return { id, key };
}
