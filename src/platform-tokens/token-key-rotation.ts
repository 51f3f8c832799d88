import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { actorWithoutRequest, type AuditActor } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { PlatformTokenSettings } from '../config/platform-tokens.js';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { errorFields } from '../failures/error-fields.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { NoPlatformTokens } from './no-platform-tokens.js';
import { TokenKeyStore, type NewTokenKey } from './token-key-store.js';
import { JWKS_MAX_AGE_SECONDS, newKeyPair, type TokenKey } from './token-key.js';
import { TokenKeys, type ShownTokenKey } from './token-keys.js';

const ROTATED_EVERY_SECONDS = 90 * 24 * 60 * 60;
const LOOK_AGAIN_MS = 60_000;
/** Another replica may make the same position first. */
const TRIES = 5;
/**
 * The longest time from a key's creation until every replica publishes it: the rest of the transaction, and the delay
 * of the caches. Added only to a lead that must be longer than verifiers cache the keys.
 */
const PUBLICATION_SECONDS = 10;

type Reason = 'first' | 'age' | 'algorithm' | 'asked';

/** Makes keys: the first one, the next one every 90 days, and one whenever staff request it. */
@Injectable()
export class TokenKeyRotation implements OnModuleDestroy {
  private readonly logger = new Logger('PlatformTokens');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: Settings,
    private readonly store: TokenKeyStore,
    private readonly keys: TokenKeys,
    private readonly clock: DatabaseClock,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Makes the first key, or one of the new algorithm if the setting changed. Then checks the keys every minute; a
   * failed check is logged and repeated.
   *
   * @throws StoreUnavailable; the next check tries again
   * @throws all other errors of the audit trail
   */
  async begin(): Promise<void> {
    const { platformTokens } = this.settings;
    if (!platformTokens) return;
    this.timer = setInterval(() => {
      this.running = this.keepFresh().catch((error: unknown) =>
        this.logger.warn('Rotating the signing keys failed', errorFields(error)),
      );
    }, LOOK_AGAIN_MS).unref();
    await this.keepFresh('start');
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /**
   * Makes the next key if it is due. Of several replicas, only one makes it. Checks for a new algorithm only at the
   * start: otherwise replicas with different settings would replace each other's keys forever.
   *
   * @throws StoreUnavailable
   */
  async keepFresh(when: 'start' | 'running' = 'running'): Promise<void> {
    const { platformTokens } = this.settings;
    if (!platformTokens) return;
    this.keys.forget();
    const { keys, lastPosition } = await this.keys.all();
    const reason = this.reasonFor(keys.at(-1), platformTokens, when);
    if (reason === undefined) return;
    await this.make(reason, lastPosition, platformTokens, actorWithoutRequest('service'));
  }

  /**
   * Makes the next key at the request of staff.
   *
   * @throws NoPlatformTokens; StoreUnavailable
   */
  async rotate(actor: AuditActor): Promise<ShownTokenKey> {
    const { platformTokens } = this.settings;
    if (!platformTokens) throw new NoPlatformTokens();
    for (let tried = 0; tried < TRIES; tried += 1) {
      this.keys.forget();
      const { lastPosition } = await this.keys.all();
      const kid = await this.make('asked', lastPosition, platformTokens, actor);
      const made = kid && (await this.keys.shown()).find((key) => key.kid === kid);
      if (made) return made;
    }
    throw new StoreUnavailable();
  }

  private reasonFor(
    newest: TokenKey | undefined,
    { algorithm }: PlatformTokenSettings,
    when: 'start' | 'running',
  ): Reason | undefined {
    if (!newest) return 'first';
    if (when === 'start' && newest.algorithm !== algorithm) return 'algorithm';
    const ageSeconds = this.clock.nowSeconds() - newest.createdAt.getTime() / 1000;
    return ageSeconds >= ROTATED_EVERY_SECONDS ? 'age' : undefined;
  }

  /** @returns the id of the key; undefined if another replica made one first */
  private async make(
    reason: Reason,
    lastPosition: number,
    { algorithm, keyLeadSeconds }: PlatformTokenSettings,
    actor: AuditActor,
  ): Promise<string | undefined> {
    const pair = await newKeyPair(algorithm);
    // The first key needs no lead: no verifier can have cached a set without it.
    const lead = reason === 'first' ? 0 : leadOf(keyLeadSeconds);
    const createdMs = Math.round(this.clock.nowSeconds() * 1000);
    const key: NewTokenKey = {
      ...pair,
      algorithm,
      position: lastPosition + 1,
      createdAt: new Date(createdMs),
      signsFrom: new Date(createdMs + lead * 1000),
    };
    const isStored = await this.audit.record(
      (stored: boolean) =>
        stored
          ? {
              actor,
              action: 'signing_key.rotate',
              target: `signing_key:${key.kid}`,
              detail: { reason, algorithm, signsFrom: key.signsFrom.toISOString() },
            }
          : undefined,
      (transaction) => this.store.insert(transaction, key),
    );
    this.keys.forget();
    return isStored ? key.kid : undefined;
  }
}

const leadOf = (seconds: number): number =>
  seconds >= JWKS_MAX_AGE_SECONDS ? seconds + PUBLICATION_SECONDS : seconds;
