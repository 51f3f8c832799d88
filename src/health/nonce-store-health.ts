import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { NoncePlace } from '../nonces/nonce-place.js';

/** Up when nonces can be claimed in the nonce store; nothing is said of one that is not set. */
@Injectable()
export class NonceStoreHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly place: NoncePlace,
  ) {}

  isUp(): boolean {
    return this.place.store?.trouble() === undefined;
  }

  check(): HealthIndicatorResult {
    const { store } = this.place;
    if (!store) return {};
    const indicator = this.indicators.check('nonceStore');
    const trouble = store.trouble();
    return trouble === undefined ? indicator.up() : indicator.down(trouble);
  }
}
