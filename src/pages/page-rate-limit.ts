import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Settings } from '../config/settings.js';
import { rateLimitKey } from '../http/rate-limit-key.js';
import { PageRefusal } from './page-refusal.js';

const SECONDS = 60;
const POINTS = { page: 1, form: 3 };

/**
 * Limits how fast one address requests pages. Counts in this process only. Each module that provides the limiter
 * counts separately, so owners on the public listener use up nothing of the limit for staff.
 */
@Injectable()
export class PageRateLimit {
  private readonly limiter: RateLimiterMemory | undefined;

  constructor({ pagesRateLimitPerMinute: points }: Settings) {
    this.limiter = points > 0 ? new RateLimiterMemory({ points, duration: SECONDS }) : undefined;
  }

  /**
   * Counts a request from the address.
   *
   * @throws PageRefusal too-many, with Retry-After
   */
  async count(clientAddress: string | undefined, kind: keyof typeof POINTS): Promise<void> {
    try {
      await this.limiter?.consume(rateLimitKey(clientAddress), POINTS[kind]);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new PageRefusal('too-many', { headers: { 'Retry-After': String(seconds) } });
    }
  }
}
