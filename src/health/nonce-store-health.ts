import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { NoncePlace } from '../nonces/nonce-place.js';

/** Up if nonces can be claimed in the nonce store. Reports nothing if no nonce store is used. */
@Injectable()
export class NonceStoreHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly place: NoncePlace,
  ) {}

  isUp(): boolean {
    return this.place.trouble() === undefined;
  }

  check(): HealthIndicatorResult {
    const trouble = this.place.trouble();
    if (!this.place.store && trouble === undefined) return {};
    const indicator = this.indicators.check('nonceStore');
    return trouble === undefined ? indicator.up() : indicator.down(trouble);
  }
}
