import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { ShutdownState } from '../http/shutdown-state.js';

/** Down after a shutdown has begun. */
@Injectable()
export class ShutdownHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly state: ShutdownState,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('process');
    return this.state.shuttingDown ? indicator.down('shutting down') : indicator.up();
  }
}
