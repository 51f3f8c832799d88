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

/** As the trigger of migration 0020 writes it. */
const CHANGED = 'signing-keys';
/** How long the cache may be used while no notifications arrive. */
const UNNOTIFIED_MAX_AGE_MS = 1_000;

/** A key as staff see it: everything but the key. */
export interface ShownTokenKey extends Omit<
  TokenKey,
  'privateKey' | 'publicJwk' | 'longestTtlSeconds'
> {
  readonly status: TokenKeyStatus;
  /** Null while no newer key is there. */
  readonly publishedUntil: Date | null;
}

interface Remembered extends StoredTokenKeys {
  readonly age: number;
  readonly readAtMs: number;
}

/**
 * The keys of all replicas, in memory for as long as the replica is notified of every change; else read again every
 * second. While the store is out of reach, what was read last is good: no key is ever taken back.
 */
@Injectable()
export class TokenKeys {
  private readonly logger = new Logger('PlatformTokens');
  private remembered: Remembered | undefined;
  private reading: Promise<Remembered> | undefined;
  /** Changes whenever memory may have become wrong. */
  private age = 0;
  /** Told when it begins, and not at each of the reads that follow. */
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

  /** The key that signs now; undefined where there is none yet. @throws StoreUnavailable */
  async signing(): Promise<TokenKey | undefined> {
    return signingKeyAt((await this.all()).keys, this.clock.nowSeconds());
  }

  /** The keys that verifiers have to know, oldest first. @throws StoreUnavailable */
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

  /** Every stored key, also those whose publication has ended and that are still to be swept. */
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

  /** Has the next one who asks look into the store. */
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
