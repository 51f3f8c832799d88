import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Statements } from '../database/statements.js';
import { Outbox } from '../events/outbox.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { keepAnswers, type AnswerOf } from '../idempotency/kept-answers.js';
import { newSecret } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import type { Consumer } from './consumer.js';
import { changeEvent } from './consumer-event.js';
import { ConsumerUnknown, SecretOverlapRunning } from './consumer-refusals.js';
import { consumerSecret as placeOfSecret, previousConsumerSecret } from './sealed-secrets.js';
import { ConsumersRepository } from './consumers.repository.js';

/** How often a rotation is tried again when others change the same consumer in between. */
const MAX_ATTEMPTS = 50;

const FORGET_USE = {
  name: 'forget-previous-secret-use',
  text: 'DELETE FROM previous_secret_uses WHERE consumer_key = $1',
};

const LAST_USE = {
  name: 'find-previous-secret-use',
  text: 'SELECT last_used_at AS "lastUsedAt" FROM previous_secret_uses WHERE consumer_key = $1',
};

/** Whether a consumer has a secret, and the status of the previous one; neither secret itself. */
export interface SecretStatus {
  readonly hasSecret: boolean;
  /** Null when there is no previous secret, or not any more. */
  readonly previousSecretExpiresAt: Date | null;
  /** When a request was last signed with it; null: not since the rotation. */
  readonly previousSecretLastUsedAt: Date | null;
}

/** The new secret in the clear for the only time, and until when the one before holds. */
export interface RotatedSecret {
  readonly consumerSecret: string;
  readonly previousSecretExpiresAt: Date | null;
}

const OVERLAPS = {
  name: 'list-secret-overlaps',
  text: `
    SELECT c.consumer_key AS "consumerKey", c.name, c.previous_secret_expires_at AS until,
      u.last_used_at AS "lastUsedAt"
    FROM consumers c LEFT JOIN previous_secret_uses u USING (consumer_key)
    WHERE c.previous_secret IS NOT NULL AND c.previous_secret_expires_at > now()
    ORDER BY c.previous_secret_expires_at LIMIT $1`,
};

/** A consumer of which two secrets hold. */
export interface SecretOverlap {
  readonly consumerKey: string;
  readonly name: string;
  readonly until: Date;
  /** When a request was last signed with the one before; null: not since the rotation. */
  readonly lastUsedAt: Date | null;
}

/** Gives a consumer another shared secret, and the old one time to go (RFC 5849 section 4.12). */
@Injectable()
export class RotateConsumerSecret {
  constructor(
    private readonly repository: ConsumersRepository,
    private readonly secretBox: SecretBox,
    private readonly audit: AuditTrail,
    private readonly clock: DatabaseClock,
    private readonly statements: Statements,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Makes a new secret. The one before holds until the overlap is over, by the database's clock. Two
   * secrets hold at a time, so that a rotation cuts short an overlap that runs: only by force, since
   * clients rely on it. A consumer without a secret gets one, so that methods
   * that need it can be registered again.
   *
   * @param overlapSeconds 0: the old secret is refused at once
   * @param how.force cuts an overlap short
   * @param how.answerOf keeps the answer with the change
   * @throws ConsumerUnknown, SecretOverlapRunning; StoreUnavailable
   */
  async rotate(
    consumerKey: string,
    overlapSeconds: number,
    actor: AuditActor,
    { force, answerOf }: { force: boolean; answerOf?: AnswerOf<RotatedSecret> },
  ): Promise<RotatedSecret> {
    const consumerSecret = newSecret();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const before = await this.repository.findToChange(consumerKey);
      if (!before) throw new ConsumerUnknown();
      const running = this.runningOverlap(before);
      if (running && !force) throw new SecretOverlapRunning(running);
      const after = this.rotated(before, consumerSecret, overlapSeconds);
      const { previousSecretExpiresAt } = after;
      const rotated = { consumerSecret, previousSecretExpiresAt };
      const changed = await this.audit.record(
        (done: Consumer | undefined) =>
          done && {
            actor,
            action: 'consumer.rotate-secret',
            target: `consumer:${consumerKey}`,
            detail: {
              previousSecretExpiresAt: previousSecretExpiresAt?.toISOString() ?? null,
              ...(running && { overlapCutShort: running.toISOString() }),
            },
          },
        async (transaction) => {
          const done = await this.repository.replace(transaction, before, after);
          if (!done) return undefined;
          await transaction.run(FORGET_USE, [consumerKey]);
          await this.outbox.add(transaction, [changeEvent(before, done, ['consumerSecret'])]);
          await keepAnswers(transaction, [answerOf?.(rotated)]);
          return done;
        },
      );
      if (changed) return rotated;
    }
    throw new StoreUnavailable();
  }

  /** @throws ConsumerUnknown */
  async standing(consumerKey: string): Promise<SecretStatus> {
    const consumer = await this.repository.find(consumerKey);
    if (!consumer) throw new ConsumerUnknown();
    const [use] = await this.statements.run<{ lastUsedAt: Date }>(LAST_USE, [consumerKey]);
    return {
      hasSecret: consumer.secret !== null,
      previousSecretExpiresAt: this.runningOverlap(consumer) ?? null,
      previousSecretLastUsedAt: use?.lastUsedAt ?? null,
    };
  }

  /** The consumers of which two secrets hold, those first that end first. @throws StoreUnavailable */
  overlaps(limit: number): Promise<SecretOverlap[]> {
    return this.statements.run<SecretOverlap>(OVERLAPS, [limit]);
  }

  /** Until when the previous secret holds, if it does. */
  private runningOverlap({ previousSecretExpiresAt: until }: Consumer): Date | undefined {
    return until !== null && until.getTime() > this.clock.nowSeconds() * 1000 ? until : undefined;
  }

  private rotated(before: Consumer, consumerSecret: string, overlapSeconds: number) {
    const { consumerKey } = before;
    const secret = this.secretBox.seal(consumerSecret, placeOfSecret(consumerKey));
    if (before.secret === null || overlapSeconds === 0) {
      return { secret, previousSecret: null, previousSecretExpiresAt: null };
    }
    // Sealed anew, since a sealed secret opens in its own column alone.
    const previous = this.secretBox.open(before.secret, placeOfSecret(consumerKey));
    return {
      secret,
      previousSecret: this.secretBox.seal(previous, previousConsumerSecret(consumerKey)),
      previousSecretExpiresAt: new Date((this.clock.nowSeconds() + overlapSeconds) * 1000),
    };
  }
}
