export interface SecretKey {
  /** Written beside each sealed value, so that the right key is found again. */
  readonly id: string;
  /** 32 octets. */
  readonly key: Buffer;
}

const KEY_OCTETS = 32;

/**
 * Reads SECRET_KEYS, `id:base64[,id:base64]`: the first key seals, the others still open what
 * they once sealed. Messages name keys by their position only, since a slip of the pen may well
 * put the secret where the id belongs.
 */
export function parseSecretKeys(text: string): readonly SecretKey[] {
  const keys = text.split(',').map((entry, index) => parseSecretKey(entry, index + 1));
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) {
    throw new Error('must not use one id twice');
  }
  return keys;
}

/** The text that `parseSecretKeys` reads back. */
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
