import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import type { DatabaseClock } from '../database/database-clock.js';
import type { Statements } from '../database/statements.js';
import type { Metrics } from '../metrics/metrics.js';
import { DatabaseNonces } from './database-nonces.js';
import type { Nonces } from './nonces.js';
import type { NonceStore } from './store/nonce-store.js';
import { StoreAbsence } from './store/store-absence.js';
import { StoreEpochs } from './store/store-epochs.js';

/** Where nonces are claimed, according to the settings. Starts and stops it. */
export class NoncePlace implements OnModuleInit, OnModuleDestroy {
  private constructor(
    readonly nonces: Nonces,
    private readonly keeper: NonceStore | StoreAbsence,
    /** Undefined if nonces are claimed only in the database. */
    readonly store?: NonceStore,
  ) {}

  /** Loads the store client only if the settings name a store. */
  static async from(
    settings: Settings,
    statements: Statements,
    clock: DatabaseClock,
    metrics: Metrics,
  ): Promise<NoncePlace> {
    const epochs = new StoreEpochs(statements);
    const { nonceStore, timestampWindowSeconds } = settings;
    if (nonceStore === undefined) {
      const absence = new StoreAbsence(epochs);
      return new NoncePlace(new DatabaseNonces(statements, metrics, absence), absence);
    }
    const [{ NonceStore }, { StoreNonces }] = await Promise.all([
      import('./store/nonce-store.js'),
      import('./store/store-nonces.js'),
    ]);
    const store = new NonceStore({ nonceStore, timestampWindowSeconds }, epochs, clock, metrics);
    const database = new DatabaseNonces(statements, metrics);
    return new NoncePlace(new StoreNonces(store, database, clock), store, store);
  }

  /**
   * @throws SettingsError for a store that would lose claims, and if other replicas claim in a store but this one
   *   does not
   */
  onModuleInit(): Promise<void> {
    return this.keeper.begin();
  }

  onModuleDestroy(): void {
    this.keeper.end();
  }

  /** A short reason why no nonce can be claimed; undefined if nonces can be claimed. */
  trouble(): string | undefined {
    return this.keeper.trouble();
  }
}
