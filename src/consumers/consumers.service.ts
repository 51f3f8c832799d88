import { Injectable } from '@nestjs/common';
import type { AuditActor, NewAuditEvent } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Outbox } from '../events/outbox.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { keepAnswers, type AnswerOf } from '../idempotency/kept-answers.js';
import { newConsumerKey, newSecret } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import type { Consumer } from './consumer.js';
import { changeEvent, consumerEvent } from './consumer-event.js';
import { ConsumerChanged, ConsumerUnknown } from './consumer-refusals.js';
import type { NewConsumer } from './consumer-registration.js';
import type { ConsumerFilter, ConsumerPosition } from './consumer-search.js';
import type { ChangeOf } from './merge-patch.js';
import { ConsumersRepository } from './consumers.repository.js';
import { auditDiff, auditDetail } from './consumer-audit.js';
import {
  contradictions,
  consumerMetadata,
  faultsOfSecret,
  kindOfSecret,
  needsSharedSecret,
  type SharedSecretKind,
} from './consumer-metadata.js';
import { consumerSecret as placeOfSecret } from './sealed-secrets.js';
import { InvalidInput } from '../input/input-fault.js';

/** How often a change is tried if others change the same consumer at the same time. */
const MAX_ATTEMPTS = 50;

/** A consumer and its plaintext secret, which is shown only this once; null if the consumer signs with RSA only. */
export interface RegisteredConsumer {
  readonly consumer: Consumer;
  readonly consumerSecret: string | null;
}

/** Registered consumers (RFC 5849 section 1.1: "client"), for staff. */
@Injectable()
export class ConsumersService {
  constructor(
    private readonly repository: ConsumersRepository,
    private readonly secretBox: SecretBox,
    private readonly audit: AuditTrail,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Registers a consumer with a new key and secret, or with given ones.
   *
   * @param actor the caller, for the audit trail
   * @param answerOf makes the reply that is stored in the same transaction
   * @throws InvalidInput, ConsumerKeyTaken
   */
  async register(
    given: NewConsumer,
    actor: AuditActor,
    answerOf?: AnswerOf<RegisteredConsumer>,
  ): Promise<RegisteredConsumer> {
    const described = consumerMetadata(given);
    const needsSecret = needsSharedSecret(described);
    const faults = [
      ...contradictions(described, 'text'),
      ...faultsOfSecret(described, given.consumerSecret),
    ];
    if (!needsSecret && typeof given.consumerSecret === 'string') {
      faults.push({
        pointer: '/consumerSecret',
        detail: 'has no use, since none of the signature methods needs a shared secret',
      });
    }
    if (faults.length > 0) throw new InvalidInput(faults);
    const consumerKey = given.consumerKey ?? newConsumerKey();
    const consumerSecret = needsSecret ? (given.consumerSecret ?? newSecret()) : null;
    const secret =
      consumerSecret === null
        ? null
        : this.secretBox.seal(consumerSecret, placeOfSecret(consumerKey));
    return this.audit.record(
      actOn(consumerKey, actor, 'register', auditDetail(described)),
      async (transaction) => {
        const row = { ...described, ...NO_PREVIOUS, consumerKey, secret };
        const consumer = await this.repository.insert(transaction, row);
        await this.outbox.add(transaction, [consumerEvent('registered', consumer)]);
        const registered = { consumer, consumerSecret };
        await keepAnswers(transaction, [answerOf?.(registered)]);
        return registered;
      },
    );
  }

  /** @throws ConsumerUnknown */
  async find(consumerKey: string): Promise<Consumer> {
    const consumer = await this.repository.find(consumerKey);
    if (!consumer) throw new ConsumerUnknown();
    return consumer;
  }

  /**
   * One page of the consumers, oldest first.
   *
   * @returns the position at which the next page begins; undefined on the last page
   */
  async page(
    filter: ConsumerFilter,
    after: ConsumerPosition | undefined,
    limit: number,
  ): Promise<{ consumers: Consumer[]; next: ConsumerPosition | undefined }> {
    const found = await this.repository.page(filter, after, limit + 1);
    const consumers = found.slice(0, limit);
    return { consumers, next: found.length > limit ? consumers.at(-1) : undefined };
  }

  /**
   * Changes a consumer. The result is validated as a whole, so each attempt applies to one version. If another
   * change was committed first, the next attempt starts from its result.
   *
   * A consumer that has only RSA methods afterwards loses its shared secret, as if it were registered so.
   *
   * @param actor the caller, for the audit trail
   * @param versions the versions that may be changed; undefined = any
   * @throws ConsumerUnknown, ConsumerChanged, InvalidInput; StoreUnavailable if concurrent changes win each
   *   time
   */
  async change(
    consumerKey: string,
    change: ChangeOf,
    actor: AuditActor,
    versions?: readonly number[],
  ): Promise<Consumer> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const before = await this.repository.findToChange(consumerKey);
      if (!before) throw new ConsumerUnknown();
      if (versions && !versions.includes(before.version)) throw new ConsumerChanged();
      const described = consumerMetadata(change(before), before);
      const faults = contradictions(described, this.secretOf(before));
      if (faults.length > 0) throw new InvalidInput(faults);
      const secret = needsSharedSecret(described) ? before.secret : null;
      const changes = auditDiff(before, described);
      const changed = await this.audit.record(
        (done: Consumer | undefined) => done && actOn(consumerKey, actor, 'change', { changes }),
        async (transaction) => {
          const done = await this.repository.replace(transaction, before, {
            ...described,
            ...(secret === null && NO_PREVIOUS),
            secret,
          });
          if (done) {
            await this.outbox.add(transaction, [changeEvent(before, done, Object.keys(changes))]);
          }
          return done;
        },
      );
      if (changed) return changed;
    }
    throw new StoreUnavailable();
  }

  /** Opens the secret only if the consumer may have an empty one. */
  private secretOf({ consumerKey, secret, compatibility }: Consumer): SharedSecretKind {
    if (secret === null) return 'none';
    if (!compatibility.includes('empty_secret')) return 'text';
    return kindOfSecret(this.secretBox.open(secret, placeOfSecret(consumerKey)));
  }

  /**
   * Deletes a consumer and all its credentials.
   *
   * @param actor the caller, for the audit trail
   * @param versions the versions that may be deleted; undefined = any
   * @throws ConsumerUnknown, ConsumerChanged
   */
  async delete(
    consumerKey: string,
    actor: AuditActor,
    versions?: readonly number[],
  ): Promise<void> {
    const deleted = await this.audit.record(
      (done: boolean) => (done ? actOn(consumerKey, actor, 'delete', {}) : undefined),
      async (transaction) => {
        const done = await this.repository.delete(transaction, consumerKey, versions);
        if (done) await this.outbox.add(transaction, [consumerEvent('deleted', { consumerKey })]);
        return done;
      },
    );
    if (deleted) return;
    if (versions) await this.find(consumerKey);
    throw versions ? new ConsumerChanged() : new ConsumerUnknown();
  }
}

/** A consumer with one secret, or none. */
const NO_PREVIOUS = { previousSecret: null, previousSecretExpiresAt: null };

const actOn = (
  consumerKey: string,
  actor: AuditActor,
  verb: string,
  detail: NewAuditEvent['detail'],
): NewAuditEvent => ({
  actor,
  action: `consumer.${verb}`,
  target: `consumer:${consumerKey}`,
  detail,
});
