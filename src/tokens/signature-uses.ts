import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import { errorFields } from '../failures/error-fields.js';
import type { CompatibilityFlag } from '../protocol/compatibility.js';
import type { HintCode } from '../protocol/hints/mistake.js';
import type { SignatureMethod } from '../protocol/signature-methods.js';

const FLUSH_INTERVAL_MS = 2_000;
/**
 * Above this number of entries, new ones are not counted until the next flush, because they are not worth more
 * memory.
 */
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

const NOTE_DEVIATIONS = {
  name: 'note-signature-deviations',
  text: `
    INSERT INTO signature_deviations AS d (consumer_key, kind, code, seen_on, times, last_seen_at)
    SELECT consumer_key, kind, code, (now() AT TIME ZONE 'UTC')::date, times, now()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
      AS seen (consumer_key, kind, code, times)
    WHERE EXISTS (SELECT FROM consumers c WHERE c.consumer_key = seen.consumer_key)
    ON CONFLICT (consumer_key, kind, code, seen_on)
    DO UPDATE SET times = d.times + excluded.times, last_seen_at = excluded.last_seen_at`,
};

interface Count {
  readonly consumerKey: string;
  /** A signature method, a flag or a hint. */
  readonly code: string;
  times: number;
}

/** Counts by consumer and code. */
class Counts {
  private readonly byCode = new Map<string, Map<string, Count>>();
  private size = 0;

  add(consumerKey: string, code: string): void {
    let counts = this.byCode.get(code);
    if (!counts) this.byCode.set(code, (counts = new Map<string, Count>()));
    const known = counts.get(consumerKey);
    if (known) known.times += 1;
    else if (this.size < WAITING_MAX) {
      counts.set(consumerKey, { consumerKey, code, times: 1 });
      this.size += 1;
    }
  }

  /** Takes all counts, sorted: all processes lock the rows in the same order, which prevents deadlocks. */
  take(): readonly Readonly<Count>[] {
    const taken = [...this.byCode.values()].flatMap((counts) => [...counts.values()]);
    this.byCode.clear();
    this.size = 0;
    return taken.sort((a, b) => compare(a.consumerKey, b.consumerKey) || compare(a.code, b.code));
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Counts what staff want to phase out: weak signatures, previous secrets after a rotation, uses of
 * compatibility flags, and signature hints. Requests do not wait for it: uses are collected in memory and
 * written together every few seconds. If a process crashes, its unwritten counts are lost.
 */
@Injectable()
export class SignatureUses implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(SignatureUses.name);
  private readonly weak = new Counts();
  private readonly flags = new Counts();
  private readonly hints = new Counts();
  private readonly previous = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly statements: Statements) {}

  /** Counts a request with a valid signature; `byPrevious`: it was signed with the previous secret. */
  note(consumerKey: string, method: SignatureMethod, byPrevious: boolean): void {
    if (byPrevious && this.previous.size < WAITING_MAX) this.previous.add(consumerKey);
    if (method.weak) this.weak.add(consumerKey, method.name);
  }

  /** Counts a request with a valid signature that is served only because of the flag. */
  noteFlag(consumerKey: string, flag: CompatibilityFlag): void {
    this.flags.add(consumerKey, flag);
  }

  /** Counts a hint for a wrong signature of a client with the correct secrets. */
  noteHint(consumerKey: string, hint: HintCode): void {
    this.hints.add(consumerKey, hint);
  }

  /** Writes the collected counts. If that fails, they are dropped. */
  async flush(): Promise<void> {
    const weak = this.weak.take();
    const deviations = [
      ...this.flags.take().map((count) => ({ ...count, kind: 'flag' })),
      ...this.hints.take().map((count) => ({ ...count, kind: 'hint' })),
    ];
    const previous = [...this.previous].sort();
    this.previous.clear();
    try {
      if (weak.length > 0) {
        await this.statements.run(NOTE_WEAK, [
          weak.map(({ consumerKey }) => consumerKey),
          weak.map(({ code }) => code),
          weak.map(({ times }) => times),
        ]);
      }
      if (deviations.length > 0) {
        await this.statements.run(NOTE_DEVIATIONS, [
          deviations.map(({ consumerKey }) => consumerKey),
          deviations.map(({ kind }) => kind),
          deviations.map(({ code }) => code),
          deviations.map(({ times }) => times),
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
