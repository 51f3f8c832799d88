import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { pendingMigrations } from '../database/migrate.js';

/** Readiness must turn within two seconds of a loss, also when the database just falls silent. */
const PATIENCE_MS = 1_500;

/** Up when the database answers and has seen every migration of this release. */
@Injectable()
export class DatabaseHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const trouble = await Promise.race([
      pendingMigrations(this.dataSource).then(
        (pending) => (pending ? 'migrations are missing' : undefined),
        () => 'out of reach',
      ),
      sleep(PATIENCE_MS, 'does not answer', { ref: false }),
    ]);
    return trouble === undefined ? indicator.up() : indicator.down(trouble);
  }
}
