import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { DerivedKeys } from '../secrets/derived-keys.js';
import type { GrantForm, GrantKind, Granted } from './granted.js';

declare const unverified: unique symbol;
/** What a row says that it grants. Grants alone reads it, so that nobody takes it for what is granted. */
interface ClaimedGrant {
  readonly [unverified]: never;
}

/**
 * What is read of a row that grants something: the value that the MAC covers, and not the columns beside it.
 * Whoever answers in the place of the row, with a genuine MAC, grants what that one covers and no more.
 */
export interface GrantRow {
  readonly granted: ClaimedGrant;
  readonly grantMac: Buffer | null;
}

/** One log line a minute for each row: an attacker may request a forged row a thousand times a second. */
const LOG_INTERVAL_MS = 60_000;
const LOGGED_MAX = 1_000;
/** As temporary credentials usually live. */
const PLAIN_VERIFIERS_MS = 600_000;

/**
 * Makes and checks the MACs of rows that grant something, so that whoever can write to the database
 * but has no `SECRET_KEYS` grants nothing. A row that holds a MAC of another row, of other values, or
 * none, is refused as if it were not there, and operators are alerted.
 */
export class Grants {
  private readonly logger = new Logger('Grants');
  private readonly logged = new LRUCache<string, true>({ max: LOGGED_MAX, ttl: LOG_INTERVAL_MS });
  private plainVerifiersUntilMs = 0;
  /** Rows without a MAC are the work of the version before, until all have one. */
  private withoutMac: 'taken' | 'refused' = 'refused';

  /** @param onRefused counts */
  constructor(
    private readonly keys: DerivedKeys,
    private readonly onRefused: (kind: GrantKind) => void = () => undefined,
  ) {}

  /** @param withoutMac what becomes of rows that have none; GrantsCompletion alone decides */
  takeWithoutMac(withoutMac: 'taken' | 'refused'): void {
    if (this.isUpgrading && withoutMac === 'refused') {
      this.plainVerifiersUntilMs = Date.now() + PLAIN_VERIFIERS_MS;
    }
    this.withoutMac = withoutMac;
  }

  /** Whether a verifier may be kept as the version before kept it: until what was allowed then is exchanged. */
  get takesPlainVerifiers(): boolean {
    return this.isUpgrading || Date.now() < this.plainVerifiersUntilMs;
  }

  /** Whether the version before may still serve, and read what this one writes. */
  get isUpgrading(): boolean {
    return this.withoutMac === 'taken';
  }

  /** The MAC to be written beside the row, in the same statement. */
  mac(kind: GrantKind, granted: Granted): Buffer {
    return this.keys.mac(kind, JSON.stringify(granted));
  }

  /**
   * What the row grants, out of the very text that its MAC covers; undefined, and told, for a row that this
   * service did not write, and for another than was asked for.
   *
   * @param asked what is known of the row already: a genuine one of somebody else is no answer
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

  /** What the row claims to grant, to say why somebody gets nothing: to be used for refusals alone. */
  claimed<Grant>(form: GrantForm<Grant>, { granted }: GrantRow): Grant {
    return form.fromGranted(granted as unknown as Granted);
  }

  /** Whether this service wrote the row of which this was made. Tells of one that it did not. */
  hold(kind: GrantKind, granted: Granted, grantMac: Buffer | null): boolean {
    if (grantMac === null ? this.isUpgrading : this.isOurs(kind, granted, grantMac)) return true;
    this.refuse(kind, granted);
    return false;
  }

  /** Whether a key of the ring made the MAC for this row. */
  isOurs(kind: GrantKind, granted: Granted, grantMac: Buffer): boolean {
    return this.keys.verify(kind, JSON.stringify(granted), grantMac);
  }

  private refuse(kind: GrantKind, granted: Granted): void {
    this.onRefused(kind);
    const [id, owner, line] = granted;
    const place = `${kind} ${String(id)}`;
    if (this.logged.has(place)) return;
    this.logged.set(place, true);
    // Tokens and the ids of sessions stay out of the log; a token is found by its consumer.
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
