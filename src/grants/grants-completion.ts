import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import { Metrics } from '../metrics/metrics.js';
import { Grants } from './grants.js';

const STATE = {
  name: 'grant-macs-state',
  text: `
    SELECT complete_at IS NOT NULL AS complete,
      EXISTS (SELECT FROM consumers) OR EXISTS (SELECT FROM api_keys)
        OR EXISTS (SELECT FROM access_tokens) AS "hasRows"
    FROM grant_macs`,
};

const COMPLETE = {
  name: 'complete-grant-macs',
  text: 'UPDATE grant_macs SET complete_at = now() WHERE complete_at IS NULL',
};

/** While rows without a MAC are taken, the end of that is looked for as often. */
const LOOK_AGAIN_MS = 2_000;

/**
 * Knows whether a row without a MAC may be of the version before. A database without rows has none of
 * these: there, every row has its MAC from the first one on. In others, `npm run reseal` makes the
 * missing ones once no replica of the version before runs. What was complete once stays so for this
 * process, whatever the database says later.
 */
@Injectable()
export class GrantsCompletion implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Grants');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly statements: Statements,
    private readonly grants: Grants,
    private readonly metrics: Metrics,
  ) {}

  async onModuleInit(): Promise<void> {
    if (await this.look()) return;
    this.logger.warn('Rows without a MAC are taken until npm run reseal has made them');
    this.timer = setInterval(() => {
      this.look().catch(() => undefined); // as before, then
    }, LOOK_AGAIN_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<boolean> {
    const isComplete = await macsAreComplete(this.statements);
    this.grants.takeWithoutMac(isComplete ? 'refused' : 'taken');
    this.metrics.grantsComplete(isComplete);
    if (isComplete) clearInterval(this.timer);
    return isComplete;
  }
}

/** Whether every row that grants something has its MAC, as it has from the start where there is none yet. */
export async function macsAreComplete(statements: Statements): Promise<boolean> {
  const [state] = await statements.run<{ complete: boolean; hasRows: boolean }>(STATE);
  if (state?.complete) return true;
  if (state === undefined || state.hasRows) return false;
  await statements.run(COMPLETE);
  return true;
}

/** Says that from now on a row without a MAC is refused. */
export const completeMacs = (statements: Statements): Promise<unknown[]> =>
  statements.run(COMPLETE);
