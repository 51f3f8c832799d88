import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { TokenAlgorithm } from '../config/token-issuer.js';
import { Statements } from '../database/statements.js';
import type { Transaction } from '../database/transactions.js';
import { errorFields } from '../failures/error-fields.js';
import { SIGNING_KEY_GRANT } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { SealBroken, SecretBox } from '../secrets/secret-box.js';
import { openKeyPair, tokenKeySecret, type TokenKey } from './token-key.js';

type KeyRow = GrantRow &
  Pick<TokenKey, 'longestTtlSeconds'> & {
    readonly secret: Buffer;
    /** The position of every row, even of an invalid one, because the next key must not reuse it. */
    readonly place: number;
  };

/** A key to store. */
export interface NewTokenKey {
  readonly kid: string;
  readonly pem: string;
  readonly position: number;
  readonly algorithm: TokenAlgorithm;
  readonly createdAt: Date;
  readonly signsFrom: Date;
}

/** The stored keys. */
export interface StoredTokenKeys {
  /** The keys that this service wrote, by position. */
  readonly keys: readonly TokenKey[];
  /** The highest position of all rows, even of invalid ones; 0 without rows. */
  readonly lastPosition: number;
}

const ALL = {
  name: 'token-signing-keys',
  text: `
    SELECT position AS place, secret, longest_ttl_seconds AS "longestTtlSeconds",
      ${SIGNING_KEY_GRANT.sql} AS granted, grant_mac AS "grantMac"
    FROM token_signing_keys t ORDER BY position`,
};

// Each position has one key. If several replicas insert the same position, the first insert wins.
const INSERT = {
  name: 'insert-token-signing-key',
  text: `
    INSERT INTO token_signing_keys
      (kid, position, algorithm, secret, created_at, signs_from, longest_ttl_seconds, grant_mac)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (position) DO NOTHING
    RETURNING kid`,
};

const LIVES_LONGER = {
  name: 'token-signing-keys-live-longer',
  text: `
    UPDATE token_signing_keys SET longest_ttl_seconds = $1 WHERE longest_ttl_seconds < $1`,
};

/** The keys in the database. */
@Injectable()
export class TokenKeyStore {
  private readonly logger = new Logger('PlatformTokens');

  constructor(
    private readonly statements: Statements,
    private readonly secretBox: SecretBox,
    private readonly grants: Grants,
    private readonly settings: Settings,
  ) {}

  /**
   * Reads all keys. First extends the publication of keys to the token lifetime of this process, if it is longer.
   *
   * @throws StoreUnavailable
   */
  async read(): Promise<StoredTokenKeys> {
    const ttlSeconds = this.settings.platformTokens?.ttlSeconds ?? 0;
    let rows = await this.statements.run<KeyRow>(ALL);
    if (rows.some(({ longestTtlSeconds }) => longestTtlSeconds < ttlSeconds)) {
      await this.statements.run(LIVES_LONGER, [ttlSeconds]);
      rows = await this.statements.run<KeyRow>(ALL);
    }
    return {
      keys: rows.flatMap((row) => this.opened(row) ?? []),
      lastPosition: rows.at(-1)?.place ?? 0,
    };
  }

  /** Whether the key was stored; false if its position is taken. */
  async insert(transaction: Transaction, key: NewTokenKey): Promise<boolean> {
    const { kid, pem, position, algorithm, createdAt, signsFrom } = key;
    const granted = SIGNING_KEY_GRANT.toGranted({ kid, position, algorithm, createdAt, signsFrom });
    const stored = await transaction.run(INSERT, [
      kid,
      position,
      algorithm,
      this.secretBox.seal(pem, tokenKeySecret(kid)),
      createdAt,
      signsFrom,
      this.settings.platformTokens?.ttlSeconds,
      this.grants.mac('signing-key', granted),
    ]);
    return stored.length > 0;
  }

  /** Undefined for a row that this service did not write or cannot decrypt. Such a key is never used. */
  private opened({ secret, longestTtlSeconds, ...row }: KeyRow): TokenKey | undefined {
    const grant = this.grants.verified(SIGNING_KEY_GRANT, row, {});
    if (!grant) return undefined;
    const { kid } = grant;
    const algorithm = grant.algorithm as TokenAlgorithm;
    try {
      const pem = this.secretBox.open(secret, tokenKeySecret(kid));
      return { ...grant, algorithm, longestTtlSeconds, ...openKeyPair(kid, algorithm, pem) };
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      this.logger.error('Decrypting a signing key failed', { kid, ...errorFields(error) });
      return undefined;
    }
  }
}
