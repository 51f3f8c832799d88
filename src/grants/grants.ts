import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { DerivedKeys } from '../secrets/derived-keys.js';
import type { GrantForm, GrantKind, Granted } from './granted.js';

declare const unverified: unique symbol;
/** What a row claims to grant. Only Grants reads it, so that no other code mistakes it for what is granted. */
interface ClaimedGrant {
  readonly [unverified]: never;
}

/**
 * What is read of a row that grants something: the value that the MAC covers, and not the columns beside it. So an
 * attacker who returns another value with a genuine MAC grants only what that MAC covers.
 */
export interface GrantRow {
  readonly granted: ClaimedGrant;
  readonly grantMac: Buffer | null;
}

/** One log line a minute for each row: an attacker may request a forged row a thousand times a second. */
const LOG_INTERVAL_MS = 60_000;
const LOGGED_MAX = 1_000;
/** The usual lifetime of temporary credentials. */
const PLAIN_VERIFIERS_MS = 600_000;

/**
 * Makes and verifies the MACs of rows that grant something. So an attacker who can write to the database but lacks
 * `SECRET_KEYS` can grant nothing. A row with a MAC of another row or of other values, or without a MAC, is treated
 * as if it did not exist, and operators are alerted.
 */
export class Grants {
  private readonly logger = new Logger('Grants');
  private readonly logged = new LRUCache<string, true>({ max: LOGGED_MAX, ttl: LOG_INTERVAL_MS });
  private plainVerifiersUntilMs = 0;
  /** Until all rows have a MAC, rows without one may be from the previous version. */
  private withoutMac: 'taken' | 'refused' = 'refused';

  /** @param onRefused counts refused rows */
  constructor(
    private readonly keys: DerivedKeys,
    private readonly onRefused: (kind: GrantKind) => void = () => undefined,
  ) {}

  /** @param withoutMac whether rows without a MAC are accepted; only GrantsCompletion decides that */
  takeWithoutMac(withoutMac: 'taken' | 'refused'): void {
    if (this.isUpgrading && withoutMac === 'refused') {
      this.plainVerifiersUntilMs = Date.now() + PLAIN_VERIFIERS_MS;
    }
    this.withoutMac = withoutMac;
  }

  /**
   * Whether verifiers may have the form of the previous version: until the temporary credentials allowed then are
   * exchanged.
   */
  get takesPlainVerifiers(): boolean {
    return this.isUpgrading || Date.now() < this.plainVerifiersUntilMs;
  }

  /** Whether the previous version may still run, and read what this version writes. */
  get isUpgrading(): boolean {
    return this.withoutMac === 'taken';
  }

  /** The MAC of a row. The statement that writes the row writes it as well. */
  mac(kind: GrantKind, granted: Granted): Buffer {
    return this.keys.mac(kind, JSON.stringify(granted));
  }

  /**
   * Returns what the row grants, parsed from the text that its MAC covers. Returns undefined, and logs it, if this
   * service did not write the row, or if it is another row than requested.
   *
   * @param asked what is already known of the row, because a genuine row of another owner is not accepted
   */
  verified<Grant>(
    form: GrantForm<Grant>,
    { granted, grantMac }: GrantRow,
    asked: Partial<Grant>,
  ): Grant | undefined {
    const text = JSON.stringify(granted);
    const read = JSON.parse(text) as Granted;
    if (!this.hold(form.kind, read, grantMac)) return undefined;
    const grant = form.fromGranted(read);
    if (JSON.stringify(form.toGranted({ ...grant, ...asked })) === text) return grant;
    this.refuse(form.kind, read);
    return undefined;
  }

  /** What the row claims to grant. Use it only to explain a refusal. */
  claimed<Grant>(form: GrantForm<Grant>, { granted }: GrantRow): Grant {
    return form.fromGranted(granted as unknown as Granted);
  }

  /** Whether this service wrote the row with these values. Logs and counts a row that it did not write. */
  hold(kind: GrantKind, granted: Granted, grantMac: Buffer | null): boolean {
    if (grantMac === null ? this.isUpgrading : this.isOurs(kind, granted, grantMac)) return true;
    this.refuse(kind, granted);
    return false;
  }

  /** Whether a key of the ring made this MAC for this row. */
  isOurs(kind: GrantKind, granted: Granted, grantMac: Buffer): boolean {
    return this.keys.verify(kind, JSON.stringify(granted), grantMac);
  }

  /** Logs and counts a row that this service did not write. */
  refuse(kind: GrantKind, granted: Granted): void {
    this.onRefused(kind);
    const [id, owner, line] = granted;
    const place = `${kind} ${String(id)}`;
    if (this.logged.has(place)) return;
    this.logged.set(place, true);
    // Tokens and session ids are never logged; a token can be found by its consumer.
    const named =
      kind === 'access-token'
        ? { consumer: owner }
        : kind === 'staged-access-token'
          ? { line }
          : kind === 'session' || kind === 'staff-session'
            ? {}
            : { id };
    this.logger.error('Row refused: its MAC is missing, not valid, or of another row', {
      kind,
      ...named,
    });
  }
}
