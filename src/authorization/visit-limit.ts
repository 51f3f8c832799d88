import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Settings } from '../config/settings.js';
import { PageRefusal } from './page-refusal.js';

const SECONDS = 60;
const POINTS = { page: 1, form: 3 };
/** A home or an office has at least so much of IPv6; single addresses in it cost nothing. */
const IPV6_HOME_BITS = 64;

/** Slows down who asks for pages faster than people read them. Counted in this process alone. */
@Injectable()
export class VisitLimit {
  private readonly limiter: RateLimiterMemory | undefined;

  constructor({ pagesRateLimitPerMinute: points }: Settings) {
    this.limiter = points > 0 ? new RateLimiterMemory({ points, duration: SECONDS }) : undefined;
  }

  /**
   * Counts a visit from the address.
   *
   * @throws PageRefusal too-many, with Retry-After
   */
  async count(clientAddress: string | undefined, kind: keyof typeof POINTS): Promise<void> {
    try {
      await this.limiter?.consume(homeOf(clientAddress), POINTS[kind]);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new PageRefusal('too-many', { 'Retry-After': String(seconds) });
    }
  }
}

/** What counts as one visitor: an IPv4 address, or the network that holds an IPv6 one. */
function homeOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_HOME_BITS}`).toString();
}
