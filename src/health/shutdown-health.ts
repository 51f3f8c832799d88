import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { ShutdownState } from '../http/shutdown-state.js';

/** Down once the process was asked to stop. */
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
