import { Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import type { DatabaseClock } from '../database/database-clock.js';
import type { Statements } from '../database/statements.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Nonces } from './nonces.js';
import type { NonceStore } from './store/nonce-store.js';
import { StoreEpochs } from './store/store-epochs.js';

/** Where nonces are claimed, by the settings, and the begin and end of that. */
export class NoncePlace implements OnModuleInit, OnModuleDestroy {
  private constructor(
    readonly nonces: Nonces,
    private readonly epochs: StoreEpochs,
    /** Undefined: nonces are claimed in the database alone. */
    readonly store?: NonceStore,
  ) {}

  /** A service that claims in its database loads no client for anything else. */
  static async from(
    settings: Settings,
    statements: Statements,
    clock: DatabaseClock,
    metrics: Metrics,
    database: Nonces,
  ): Promise<NoncePlace> {
    const epochs = new StoreEpochs(statements);
    const { nonceStore, timestampWindowSeconds } = settings;
    if (nonceStore === undefined) return new NoncePlace(database, epochs);
    const [{ NonceStore }, { StoreNonces }] = await Promise.all([
      import('./store/nonce-store.js'),
      import('./store/store-nonces.js'),
    ]);
    const store = new NonceStore({ nonceStore, timestampWindowSeconds }, epochs, clock, metrics);
    return new NoncePlace(new StoreNonces(store, database, clock), epochs, store);
  }

  /** @throws SettingsError for a store that would forget claims */
  async onModuleInit(): Promise<void> {
    if (this.store) return this.store.begin();
    if (await this.epochs.abandon()) {
      new Logger('Nonces').warn('Nonces are claimed in the database again');
    }
  }

  onModuleDestroy(): void {
    this.store?.end();
  }
}
