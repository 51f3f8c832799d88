import { Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { apiKeyHash, ApiKeys } from './api-keys.js';
import type { Caller } from './caller.js';
import { looksLikeJwt, StaffTokens } from './staff-tokens.js';

/** Knows the callers of the admin listener by what they carry: a key, or a token of the platform. */
@Injectable()
export class Callers {
  private readonly firstKey: Buffer | undefined;

  constructor(
    { adminApiKey }: Settings,
    private readonly apiKeys: ApiKeys,
    private readonly staffTokens: StaffTokens,
  ) {
    this.firstKey = adminApiKey === undefined ? undefined : apiKeyHash(adminApiKey);
  }

  /**
   * The caller whose key or token this is; undefined when it is nobody's.
   *
   * @throws StoreUnavailable; IssuerUnavailable when the platform's keys can't be had
   */
  async identify(credential: string): Promise<Caller | undefined> {
    const hash = apiKeyHash(credential);
    // Hashes have one length whatever was sent, so that nothing but equality shows in the time.
    if (this.firstKey !== undefined && timingSafeEqual(hash, this.firstKey)) {
      return { name: 'ADMIN_API_KEY', roles: ['admin'] };
    }
    return looksLikeJwt(credential)
      ? this.staffTokens.callerOf(credential)
      : this.apiKeys.callerOf(hash);
  }
}
