import { Injectable, Logger } from '@nestjs/common';
import { ChangeFeed } from '../database/change-feed.js';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { errorFields } from '../failures/error-fields.js';
import { NoPlatformTokens } from './no-platform-tokens.js';
import { TokenKeyStore, type StoredTokenKeys } from './token-key-store.js';
import {
  publishedAt,
  publishedUntil,
  signingKeyAt,
  statusAt,
  type TokenKey,
  type TokenKeyStatus,
} from './token-key.js';

/** The payload that the trigger of migration 0020 sends. */
const CHANGED = 'signing-keys';
/** How long the cache may be used while no notifications arrive. */
const UNNOTIFIED_MAX_AGE_MS = 1_000;

/** A key as staff see it, without the key material. */
export interface ShownTokenKey extends Omit<
  TokenKey,
  'privateKey' | 'publicJwk' | 'longestTtlSeconds'
> {
  readonly status: TokenKeyStatus;
  /** Null if there is no newer key. */
  readonly publishedUntil: Date | null;
}

interface Remembered extends StoredTokenKeys {
  readonly age: number;
  readonly readAtMs: number;
}

/**
 * Caches the keys of all replicas. While the change feed is current, the cache is valid until the next notification;
 * otherwise for one second. If the database is unreachable, the last result stays valid, because keys are never
 * revoked.
 */
@Injectable()
export class TokenKeys {
  private readonly logger = new Logger('PlatformTokens');
  private remembered: Remembered | undefined;
  private reading: Promise<Remembered> | undefined;
  /** Increases whenever the cache may be outdated. */
  private age = 0;
  /** Logs only the first of several failed reads. */
  private isFailing = false;

  constructor(
    private readonly store: TokenKeyStore,
    private readonly changes: ChangeFeed,
    private readonly clock: DatabaseClock,
    private readonly settings: Settings,
  ) {
    changes.subscribe({
      changed: (payload) => {
        if (payload === CHANGED) this.forget();
      },
      lost: () => this.forget(),
    });
  }

  /** The key that signs now; undefined if there is none yet. @throws StoreUnavailable */
  async signing(): Promise<TokenKey | undefined> {
    return signingKeyAt((await this.all()).keys, this.clock.nowSeconds());
  }

  /** The keys that verifiers need, oldest first. @throws StoreUnavailable */
  async published(): Promise<readonly TokenKey[]> {
    return publishedAt((await this.all()).keys, this.clock.nowSeconds());
  }

  /**
   * The published keys as staff see them, oldest first.
   *
   * @throws NoPlatformTokens; StoreUnavailable
   */
  async shown(): Promise<ShownTokenKey[]> {
    if (!this.settings.platformTokens) throw new NoPlatformTokens();
    const { keys } = await this.all();
    const nowSeconds = this.clock.nowSeconds();
    return publishedAt(keys, nowSeconds).map((key) => shownAt(key, keys, nowSeconds));
  }

  /** Every stored key, also keys that are no longer published but not yet deleted. */
  async all(): Promise<StoredTokenKeys> {
    const { remembered } = this;
    if (remembered && this.isFresh(remembered)) return remembered;
    try {
      return await (this.reading ??= this.read());
    } catch (error) {
      if (!remembered) throw error;
      if (!this.isFailing) this.logger.warn('Reading the signing keys failed', errorFields(error));
      this.isFailing = true;
      return remembered;
    }
  }

  /** Invalidates the cache: the next caller reads the database. */
  forget(): void {
    this.age += 1;
    this.reading = undefined;
  }

  private isFresh({ age, readAtMs }: Remembered): boolean {
    if (age !== this.age) return false;
    return this.changes.isCurrent() || performance.now() - readAtMs < UNNOTIFIED_MAX_AGE_MS;
  }

  private async read(): Promise<Remembered> {
    const { age } = this;
    const readAtMs = performance.now();
    try {
      const read = { ...(await this.store.read()), age, readAtMs };
      if (age === this.age) this.remembered = read;
      this.isFailing = false;
      return read;
    } finally {
      if (age === this.age) this.reading = undefined;
    }
  }
}

function shownAt(key: TokenKey, keys: readonly TokenKey[], nowSeconds: number): ShownTokenKey {
  const { kid, position, algorithm, createdAt, signsFrom } = key;
  const until = publishedUntil(key, keys);
  return {
    kid,
    position,
    algorithm,
    createdAt,
    signsFrom,
    status: statusAt(key, keys, nowSeconds),
    publishedUntil: until === null ? null : new Date(until * 1000),
  };
}
