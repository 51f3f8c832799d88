import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import { errorFields } from '../failures/error-fields.js';
import type { SignatureMethod } from '../protocol/signature-methods.js';
import { isWeak } from '../protocol/weak-signature-methods.js';

const FLUSH_INTERVAL_MS = 2_000;
/** Beyond it uses go uncounted until the next flush: a count is not worth the memory. */
const WAITING_MAX = 10_000;

const NOTE_WEAK = {
  name: 'note-weak-signatures',
  text: `
    INSERT INTO weak_signature_uses AS w (consumer_key, signature_method, used_on, uses, last_used_at)
    SELECT consumer_key, method, (now() AT TIME ZONE 'UTC')::date, uses, now()
    FROM unnest($1::text[], $2::text[], $3::bigint[]) AS used (consumer_key, method, uses)
    WHERE EXISTS (SELECT FROM consumers c WHERE c.consumer_key = used.consumer_key)
    ON CONFLICT (consumer_key, signature_method, used_on)
    DO UPDATE SET uses = w.uses + excluded.uses, last_used_at = excluded.last_used_at`,
};

const NOTE_PREVIOUS = {
  name: 'note-previous-secrets',
  text: `
    INSERT INTO previous_secret_uses (consumer_key, last_used_at)
    SELECT consumer_key, now() FROM consumers
    WHERE consumer_key = ANY ($1::text[]) AND previous_secret IS NOT NULL
    ON CONFLICT (consumer_key) DO UPDATE SET last_used_at = excluded.last_used_at`,
};

/** How many times, under a consumer key and a method. */
interface Use {
  readonly consumerKey: string;
  readonly method: string;
  uses: number;
}

/**
 * Counts what staff want to see the end of: weak signatures, and previous secrets of a rotation. It
 * costs a request nothing: uses are gathered in memory and written together every few seconds. What
 * has not been written when a process dies is lost.
 */
@Injectable()
export class SignatureUses implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(SignatureUses.name);
  private readonly weak = new Map<string, Use>();
  private readonly previous = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly statements: Statements) {}

  /** A genuine request was signed so; `byPrevious`: with the secret before the present one. */
  note(consumerKey: string, method: SignatureMethod, byPrevious: boolean): void {
    if (byPrevious && this.previous.size < WAITING_MAX) this.previous.add(consumerKey);
    if (isWeak(method)) this.noteWeak(consumerKey, method.name);
  }

  private noteWeak(consumerKey: string, method: string): void {
    const key = JSON.stringify([consumerKey, method]);
    const known = this.weak.get(key);
    if (known) known.uses += 1;
    else if (this.weak.size < WAITING_MAX) this.weak.set(key, { consumerKey, method, uses: 1 });
  }

  /** Writes what has gathered. Failing, it is dropped. */
  async flush(): Promise<void> {
    // In one order everywhere, so that two processes never wait for each other's rows.
    const weak = [...this.weak].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
    const previous = [...this.previous].sort();
    this.weak.clear();
    this.previous.clear();
    try {
      if (weak.length > 0) {
        await this.statements.run(NOTE_WEAK, [
          weak.map(({ consumerKey }) => consumerKey),
          weak.map(({ method }) => method),
          weak.map(({ uses }) => uses),
        ]);
      }
      if (previous.length > 0) await this.statements.run(NOTE_PREVIOUS, [previous]);
    } catch (error) {
      this.logger.debug('Noting uses of signatures failed', errorFields(error));
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
