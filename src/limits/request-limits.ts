import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { rateLimitKey } from '../http/rate-limit-key.js';
import { NoncePlace } from '../nonces/nonce-place.js';

const MINUTE_SECONDS = 60;

/** The arguments of node-redis for a script. */
interface RedisScript {
  readonly keys: readonly [string];
  readonly arguments: readonly string[];
}

/**
 * Limits the signed requests per minute, by client address and by consumer. Off by default. With `memory`, each
 * replica counts on its own. With `postgresql` or `nonce-store`, all replicas share a count, at the cost of one
 * write per request; while the store is unavailable, each replica counts on its own.
 */
@Injectable()
export class RequestLimits {
  private readonly addresses: RateLimiterAbstract | undefined;
  private readonly consumers: RateLimiterAbstract | undefined;

  constructor(settings: Settings, dataSource: DataSource, { store }: NoncePlace) {
    const limiter = (keyPrefix: string, points: number) => {
      if (points === 0) return undefined;
      const options = { keyPrefix, points, duration: MINUTE_SECONDS };
      const alone = new RateLimiterMemory(options);
      if (settings.rateLimitStore === 'memory') return alone;
      const shared = {
        ...options,
        // Requests above the limit are refused from memory until the minute is over.
        inMemoryBlockOnConsumed: points + 1,
        insuranceLimiter: alone,
      };
      if (settings.rateLimitStore === 'nonce-store' && store) {
        const storeClient = {
          eval: (text: string, { keys, arguments: values }: RedisScript) =>
            store.evaluate(text, keys[0], values),
        };
        return new RateLimiterRedis({ ...shared, storeClient, useRedisPackage: true });
      }
      return new RateLimiterPostgres({
        ...shared,
        storeClient: (dataSource.driver as unknown as { master: Pool }).master,
        storeType: 'pool',
        tableName: 'rate_limits',
        tableCreated: true,
      });
    };
    this.addresses = limiter('address', settings.rateLimitPerAddress);
    this.consumers = limiter('consumer', settings.rateLimitPerConsumer);
  }

  /** Counts a request from the address, whether or not its signature is valid. @throws HttpRefusal 429 */
  async countAddress(clientAddress: string | undefined): Promise<void> {
    if (this.addresses) await count(this.addresses, rateLimitKey(clientAddress));
  }

  /**
   * Counts a verified request of the consumer. Unverified ones are not counted, because an attacker could use
   * up the consumer's limit with them. The request's nonce is not spent yet. @throws HttpRefusal 429
   */
  async countConsumer(consumerKey: string): Promise<void> {
    if (this.consumers) await count(this.consumers, consumerKey);
  }
}

async function count(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new HttpRefusal(429, 'Too many requests. Try again later.', {
      'Retry-After': String(seconds),
    });
  }
}
