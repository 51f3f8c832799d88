import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsError } from '../../config/settings.js';
import { errorFields } from '../../failures/error-fields.js';
import type { StoreEpochs } from './store-epochs.js';

/**
 * Replicas that claim in a store record it every second. The store counts as unused some seconds after the last of
 * these records.
 */
const START_PATIENCE_MS = 10_000;
const LOOK_INTERVAL_MS = 500;

/**
 * For a replica without NONCE_STORE_URL: claims in the database are valid only while no other replica claims in a
 * nonce store, because neither contains the claims of the other.
 */
export class StoreAbsence {
  private readonly logger = new Logger('Nonces');
  private isWatching = false;
  private isStopped = false;

  constructor(private readonly epochs: StoreEpochs) {}

  /**
   * Switches from the nonce store that was used before to the database, when the store is no longer in use.
   *
   * @throws SettingsError if other replicas still use it
   */
  async begin(): Promise<void> {
    const deadline = performance.now() + START_PATIENCE_MS;
    while (await this.isInUse()) {
      if (performance.now() > deadline) {
        throw new SettingsError([
          'NONCE_STORE_URL is missing, and other replicas claim nonces in a nonce store: set it, or stop those first',
        ]);
      }
      await sleep(LOOK_INTERVAL_MS);
    }
  }

  end(): void {
    this.isStopped = true;
  }

  /** A short reason why no nonce can be claimed; undefined if nonces can be claimed. */
  trouble(): string | undefined {
    return this.isWatching ? 'NONCE_STORE_URL is missing, and other replicas have it' : undefined;
  }

  /** A claim failed because a store is in use. Checks until it is no longer in use. */
  met(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    this.logger.error('Other replicas claim nonces in a nonce store, this one can not');
    void this.watch();
  }

  private async watch(): Promise<void> {
    do await sleep(LOOK_INTERVAL_MS, undefined, { ref: false });
    while (!this.isStopped && (await this.isInUse().catch((error) => this.unknown(error))));
    this.isWatching = false;
  }

  private async isInUse(): Promise<boolean> {
    const { isAbandoned, isInUse } = await this.epochs.abandon();
    if (isAbandoned) this.logger.warn('Nonces are claimed in the database again');
    return isInUse;
  }

  private unknown(error: unknown): true {
    this.logger.debug('Whether a nonce store is in use can not be told', errorFields(error));
    return true;
  }
}
