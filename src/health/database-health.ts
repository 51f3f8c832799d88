import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { RecordNotOurs } from '../failures/record-not-ours.js';
import { troubleWith } from '../database/database-trouble.js';
import { KeysMissing } from '../grants/keys-in-use.js';
import { OurDatabase } from '../grants/our-database.js';
import { SharedCheck } from './shared-check.js';

/** Readiness must change within two seconds of a loss, even if the database only stops responding. */
const PATIENCE_MS = 1_400;

/** Probes within this time share one check, so that clients cannot query the database at will. */
const FRESH_MS = 500;

/**
 * Up if the database responds, accepts writes, has every migration of this release, and was written with these
 * SECRET_KEYS.
 */
@Injectable()
export class DatabaseHealth {
  private readonly trouble = new SharedCheck(() => this.look(), FRESH_MS);

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly ourDatabase: OurDatabase,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const trouble = await this.trouble.now();
    return trouble === undefined ? indicator.up() : indicator.down(trouble);
  }

  private look(): Promise<string | undefined> {
    return Promise.race([
      this.troubleFound().catch((error: unknown) =>
        error instanceof RecordNotOurs || error instanceof KeysMissing
          ? 'written with other SECRET_KEYS'
          : 'out of reach',
      ),
      sleep(PATIENCE_MS, 'does not answer', { ref: false }),
    ]);
  }

  private async troubleFound(): Promise<string | undefined> {
    const trouble = await troubleWith(this.dataSource);
    if (trouble === undefined) await this.ourDatabase.open();
    return trouble;
  }
}
