import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { Metrics } from '../metrics/metrics.js';
import { Grants } from './grants.js';

/** While rows without a MAC are taken, the end of that is looked for as often. */
const LOOK_AGAIN_MS = 2_000;

/**
 * Knows whether a row without a MAC may be of the version before. In a database that this version began
 * there are none: every row has its MAC from the first one on. In others, `npm run reseal` makes the missing
 * ones once no replica of the version before runs. The record proves which it is. What was complete once
 * stays so for this process; until it has looked, nothing without a MAC is taken.
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

  /** To be called once the record is open, before anything is served. @throws RecordNotOurs; StoreUnavailable */
  async begin(): Promise<void> {
    if (await this.look()) return;
    this.logger.warn('Rows without a MAC are accepted until `oauth10 reseal` has run');
    this.timer = setInterval(() => {
      this.look().catch(() => undefined); // as before, then
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
