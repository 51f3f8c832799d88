import { Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { apiKeyHash, ApiKeys, NAME_PREFIX } from './api-keys.js';
import type { Caller } from './caller.js';
import { looksLikeJwt, StaffTokens } from './staff-tokens.js';

/** The holder of ADMIN_API_KEY. */
export const FIRST_CALLER: Caller = { name: 'ADMIN_API_KEY', roles: ['admin'] };

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
      return FIRST_CALLER;
    }
    return looksLikeJwt(credential)
      ? this.staffTokens.callerOf(credential)
      : this.apiKeys.callerOf(hash);
  }

  /**
   * What the caller of this name may now, for those who go on under a name that a key gave them; undefined
   * once the key is gone. ADMIN_API_KEY and people of the platform's issuer stand by what they came with.
   *
   * @throws StoreUnavailable
   */
  async standing(caller: Caller): Promise<Caller | undefined> {
    return caller.name.startsWith(NAME_PREFIX) ? this.apiKeys.standing(caller.name) : caller;
  }
}
