import type { AuditActor } from '../audit/audit-event.js';
import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuditTrail } from '../audit/audit-trail.js';
import { errorFields } from '../failures/error-fields.js';

const MINUTE_MS = 60_000;
/** After this many kinds of refusals in a minute, all further kinds count as one. */
const KINDS_MAX = 1000;
/** After this many kinds of refusals of one actor in a minute, the actor's further kinds count as one. */
const ACTOR_KINDS_MAX = 20;
const OTHERS = 'others';

/** A call that was refused. */
export interface RefusedCall {
  readonly actor: AuditActor;
  /** Method and path. */
  readonly target: string;
  readonly status: number;
  readonly code: string;
  /** Refusals of one kind are recorded once a minute. */
  readonly kind: string;
}

/**
 * Writes refused calls to the audit trail. The first of a kind is written at once. More of its kind within a
 * minute are only counted, and the next entry contains the count. So a flood of bad keys does not fill the
 * disk.
 */
@Injectable()
export class RefusedCalls {
  private readonly logger = new Logger('Audit');
  private readonly recorded = new LRUCache<string, true>({ max: KINDS_MAX + 1, ttl: MINUTE_MS });
  private readonly uncounted = new LRUCache<string, number>({ max: KINDS_MAX + 1 });

  private readonly byActor = new LRUCache<string, number>({ max: KINDS_MAX + 1, ttl: MINUTE_MS });

  constructor(private readonly audit: AuditTrail) {}

  /** Records the refusal. If the store is unavailable, the call is refused all the same. */
  async record(call: RefusedCall): Promise<void> {
    this.recorded.purgeStale();
    const { actor, target, status, code, kind } = this.withinBoundOfActor(call);
    const tooMany = !this.recorded.has(kind) && this.recorded.size >= KINDS_MAX;
    const counted = tooMany ? OTHERS : kind;
    const repeated = this.uncounted.get(counted) ?? 0;
    if (this.recorded.has(counted)) {
      this.uncounted.set(counted, repeated + 1);
      return;
    }
    this.recorded.set(counted, true);
    if (!tooMany)
      this.byActor.set(actor.name, (this.byActor.get(actor.name) ?? 0) + 1, { noUpdateTTL: true });
    this.uncounted.delete(counted);
    const detail = { status, code, ...(repeated > 0 && { repeatedBefore: repeated }) };
    try {
      await this.audit.note({
        actor: tooMany ? { ...actor, name: OTHERS } : actor,
        action: 'call.refuse',
        target: tooMany ? OTHERS : target,
        detail,
      });
    } catch (error) {
      // The next entry includes this one. It is tried once a minute, so that an unavailable store does not get
      // a query for each call.
      this.uncounted.set(counted, (this.uncounted.get(counted) ?? 0) + repeated + 1);
      this.logger.error('Writing a refused call to the audit log failed', errorFields(error));
    }
  }

  /** A caller with a key can invent paths, and would fill the audit trail with them. */
  private withinBoundOfActor(call: RefusedCall): RefusedCall {
    const isNew = !this.recorded.has(call.kind);
    if (!isNew || (this.byActor.get(call.actor.name) ?? 0) < ACTOR_KINDS_MAX) return call;
    return { ...call, target: OTHERS, kind: JSON.stringify([call.actor.name, OTHERS]) };
  }
}
