import { Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { apiKeyHash, ApiKeys, NAME_PREFIX } from './api-keys.js';
import type { Caller } from './caller.js';
import { looksLikeJwt, StaffTokens } from './staff-tokens.js';

/** The holder of ADMIN_API_KEY. */
export const FIRST_CALLER: Caller = { name: 'ADMIN_API_KEY', roles: ['admin'] };

/** Identifies the callers of the admin listener by their credential: an API key or a JWT of the platform. */
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
   * The caller with this key or token; undefined if there is none.
   *
   * @throws StoreUnavailable; IssuerUnavailable if the issuer's keys are unavailable
   */
  async identify(credential: string): Promise<Caller | undefined> {
    const hash = apiKeyHash(credential);
    // The hashes have equal lengths, so the time of the comparison reveals nothing about the key.
    if (this.firstKey !== undefined && timingSafeEqual(hash, this.firstKey)) {
      return FIRST_CALLER;
    }
    return looksLikeJwt(credential)
      ? this.staffTokens.callerOf(credential)
      : this.apiKeys.callerOf(hash);
  }

  /**
   * The caller with its current roles, for long operations; undefined if its API key was deleted or has
   * expired. ADMIN_API_KEY and callers with a JWT keep the roles that they had at the start.
   *
   * @throws StoreUnavailable
   */
  async standing(caller: Caller): Promise<Caller | undefined> {
    return caller.name.startsWith(NAME_PREFIX) ? this.apiKeys.standing(caller.name) : caller;
  }
}
