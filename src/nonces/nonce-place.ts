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

/** Where nonces are claimed, by the settings, and the begin and end of that. */
export class NoncePlace implements OnModuleInit, OnModuleDestroy {
  private constructor(
    readonly nonces: Nonces,
    private readonly keeper: NonceStore | StoreAbsence,
    /** Undefined: nonces are claimed in the database alone. */
    readonly store?: NonceStore,
  ) {}

  /** A service that claims in its database loads no client for anything else. */
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

  /** @throws SettingsError for a store that would forget claims, and where others claim in one and this replica can not */
  onModuleInit(): Promise<void> {
    return this.keeper.begin();
  }

  onModuleDestroy(): void {
    this.keeper.end();
  }

  /** In a word, why no nonce can be claimed; undefined: it can. */
  trouble(): string | undefined {
    return this.keeper.trouble();
  }
}
