import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { Metrics } from '../metrics/metrics.js';
import { Grants } from './grants.js';

/** How often to check whether all rows have MACs, while rows without a MAC are accepted. */
const LOOK_AGAIN_MS = 2_000;

/**
 * Decides whether a row without a MAC is accepted as written by the previous version. A database that this version
 * created has no such rows: every row has its MAC from the start. In other databases, `npm run reseal` adds the
 * missing MACs when no replica of the previous version runs any more. The audit trail proves which case it is. Once
 * complete, the grants stay complete for this process. Before the first check, no row without a MAC is accepted.
 */
@Injectable()
export class GrantsCompletion implements OnModuleDestroy {
  private readonly logger = new Logger('Grants');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly trail: AuditTrail,
    private readonly statements: Statements,
    private readonly grants: Grants,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Call this after the audit trail was opened, and before any request is served. @throws RecordNotOurs;
   * StoreUnavailable
   */
  async begin(): Promise<void> {
    if (await this.look()) return;
    this.logger.warn('Rows without a MAC are accepted until `oauth10 reseal` has run');
    this.timer = setInterval(() => {
      this.look().catch(() => undefined); // the last result stays in force
    }, LOOK_AGAIN_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<boolean> {
    const isComplete = await this.trail.grantsAreComplete(this.statements);
    this.grants.takeWithoutMac(isComplete ? 'refused' : 'taken');
    this.metrics.grantsComplete(isComplete);
    if (isComplete) clearInterval(this.timer);
    return isComplete;
  }
}
