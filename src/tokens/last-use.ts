import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Statements } from '../database/statements.js';
import { errorFields } from '../failures/error-fields.js';

const FLUSH_INTERVAL_MS = 5_000;
/** Above this number, uses are not noted until the next flush, because the note is not worth more memory. */
const WAITING_MAX = 10_000;
const REMEMBERED_MAX = 20_000;

const NOTE = {
  name: 'note-last-use',
  text: `
    UPDATE access_tokens SET last_used_on = (now() AT TIME ZONE 'UTC')::date
    WHERE token = ANY ($1::text[])
      AND (last_used_on IS NULL OR last_used_on < (now() AT TIME ZONE 'UTC')::date)`,
};

/**
 * Notes the day on which an access token was last used, for its owner. Requests do not wait for it: tokens are
 * collected in memory and written together, each at most once a day and process. If a process crashes, its
 * unwritten notes are lost.
 */
@Injectable()
export class LastUse implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LastUse.name);
  private readonly waiting = new Set<string>();
  private readonly noted = new LRUCache<string, number>({ max: REMEMBERED_MAX });
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly statements: Statements) {}

  touch(token: string): void {
    if (this.waiting.size >= WAITING_MAX || this.noted.get(token) === today()) return;
    this.waiting.add(token);
  }

  /** Writes the collected uses. If that fails, they are dropped, and the next use of each token notes it again. */
  async flush(): Promise<void> {
    if (this.waiting.size === 0) return;
    // All processes lock the rows in the same order, which prevents deadlocks.
    const tokens = [...this.waiting].sort();
    this.waiting.clear();
    try {
      await this.statements.run(NOTE, [tokens]);
      const day = today();
      for (const token of tokens) this.noted.set(token, day);
    } catch (error) {
      this.logger.debug('Noting last uses failed', errorFields(error));
    }
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}

const DAY_MS = 86_400_000;
const today = (): number => Math.floor(Date.now() / DAY_MS);
