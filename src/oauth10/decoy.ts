import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { newSecret } from '../secrets/random-values.js';
import type { SecretBox } from '../secrets/secret-box.js';

const PLACE = { table: 'decoy', row: 'decoy', column: 'secret' } as const;

/**
 * Replaces a consumer or token that does not exist, so that an unknown key costs the same decryption and signature
 * check as a known one, and timing does not reveal the difference. Nobody has its secrets, and even a valid
 * signature with them is refused.
 */
export class Decoy {
  private constructor(
    private readonly secrets: SecretBox,
    private readonly sealed: Buffer,
    readonly rsaPublicKey: KeyObject,
  ) {}

  static async create(secrets: SecretBox): Promise<Decoy> {
    const { publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    return new Decoy(secrets, secrets.seal(newSecret(), PLACE), publicKey);
  }

  /** The decoy's secrets for one request. */
  forOneRequest(): DecoySecrets {
    return new DecoySecrets(() => this.secrets.open(this.sealed, PLACE), this.rsaPublicKey);
  }
}

/** Decrypts lazily and at most once per request, like real secrets, so that the timing is the same. */
export class DecoySecrets {
  private consumer: string | undefined;
  private previous: string | undefined;
  private token: string | undefined;

  constructor(
    private readonly open: () => string,
    readonly rsaPublicKey: KeyObject,
  ) {}

  consumerSecret(): string {
    return (this.consumer ??= this.open());
  }

  previousConsumerSecret(): string {
    return (this.previous ??= this.open());
  }

  tokenSecret(): string {
    return (this.token ??= this.open());
  }
}
