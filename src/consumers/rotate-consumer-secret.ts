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

/** How often a rotation is tried if others change the same consumer at the same time. */
const MAX_ATTEMPTS = 50;

const FORGET_USE = {
  name: 'forget-previous-secret-use',
  text: 'DELETE FROM previous_secret_uses WHERE consumer_key = $1',
};

const LAST_USE = {
  name: 'find-previous-secret-use',
  text: 'SELECT last_used_at AS "lastUsedAt" FROM previous_secret_uses WHERE consumer_key = $1',
};

/** Whether a consumer has a secret, and the status of the previous one; it contains neither secret. */
export interface SecretStatus {
  readonly hasSecret: boolean;
  /** Null if there is no valid previous secret. */
  readonly previousSecretExpiresAt: Date | null;
  /** When a request was last signed with the previous secret; null: not since the rotation. */
  readonly previousSecretLastUsedAt: Date | null;
}

/** The new plaintext secret, which is shown only this once, and when the previous one expires. */
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

/** A consumer with two valid secrets. */
export interface SecretOverlap {
  readonly consumerKey: string;
  readonly name: string;
  readonly until: Date;
  /** When a request was last signed with the previous secret; null: not since the rotation. */
  readonly lastUsedAt: Date | null;
}

/** Gives a consumer a new shared secret, and keeps the old one valid for a while (RFC 5849 section 4.12). */
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
   * Creates a new secret. The previous one stays valid until the overlap ends, by the database's clock. At most
   * two secrets are valid, so a rotation during an overlap ends it early. That requires `force`, because
   * clients may rely on the overlap. A consumer without a secret gets one, so that methods that need it can be
   * registered again.
   *
   * @param overlapSeconds 0: the old secret is refused at once
   * @param how.force ends a running overlap early
   * @param how.answerOf makes the reply that is stored in the same transaction
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

  /** The consumers with two valid secrets, the earliest expiry first. @throws StoreUnavailable */
  overlaps(limit: number): Promise<SecretOverlap[]> {
    return this.statements.run<SecretOverlap>(OVERLAPS, [limit]);
  }

  /** When the previous secret expires; undefined if it is not valid now. */
  private runningOverlap({ previousSecretExpiresAt: until }: Consumer): Date | undefined {
    return until !== null && until.getTime() > this.clock.nowSeconds() * 1000 ? until : undefined;
  }

  private rotated(before: Consumer, consumerSecret: string, overlapSeconds: number) {
    const { consumerKey } = before;
    const secret = this.secretBox.seal(consumerSecret, placeOfSecret(consumerKey));
    if (before.secret === null || overlapSeconds === 0) {
      return { secret, previousSecret: null, previousSecretExpiresAt: null };
    }
    // The old secret is sealed again, because a sealed secret opens only in its own column.
    const previous = this.secretBox.open(before.secret, placeOfSecret(consumerKey));
    return {
      secret,
      previousSecret: this.secretBox.seal(previous, previousConsumerSecret(consumerKey)),
      previousSecretExpiresAt: new Date((this.clock.nowSeconds() + overlapSeconds) * 1000),
    };
  }
}
