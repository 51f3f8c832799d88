import { Injectable } from '@nestjs/common';
import {
  AuthorizationRequestRefused,
  AuthorizationRequests,
} from '../tokens/authorization-requests.js';
import type { AuthorizationRequest } from '../tokens/authorization-request-reader.js';
import { PageRefusal } from '../pages/page-refusal.js';
import type { OwnerRefusalReason } from './owner-refusal.js';

/** Finds authorization requests that await a decision, and refuses all others. */
@Injectable()
export class PendingRequests {
  constructor(private readonly requests: AuthorizationRequests) {}

  /** @throws PageRefusal unless the request is pending, its consumer is active and its callback is registered */
  async find(oauthToken: string | undefined): Promise<AuthorizationRequest> {
    const found = oauthToken === undefined ? undefined : await this.requests.find(oauthToken);
    if (!found) throw new PageRefusal('unknown');
    const { status, consumer, callbackRegistered } = found;
    if (status !== 'pending') throw new PageRefusal(status, { consumer });
    if (!consumer.active || !callbackRegistered) {
      throw new PageRefusal('consumer-disabled', { consumer });
    }
    return found;
  }

  /** The reason why a decision was not recorded, from the current status of the request. */
  async refusalOf(error: unknown, oauthToken: string): Promise<unknown> {
    if (!(error instanceof AuthorizationRequestRefused)) return error;
    if (error.reason === 'decided') {
      const found = await this.requests.find(oauthToken);
      if (!found || found.status === 'pending') return new PageRefusal('unknown');
      return new PageRefusal(found.status, { consumer: found.consumer });
    }
    return new PageRefusal(REASONS[error.reason]);
  }
}

const REASONS: Record<
  Exclude<AuthorizationRequestRefused['reason'], 'decided'>,
  OwnerRefusalReason
> = {
  unknown: 'unknown',
  expired: 'expired',
  consumer_disabled: 'consumer-disabled',
  callback_not_registered: 'consumer-disabled',
  scopes_exceeded: 'malformed',
};
