import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { KeysInUse } from './keys-in-use.js';

/** Checks that SECRET_KEYS fit the database: its audit trail, and every key that rows need. */
@Injectable()
export class OurDatabase {
  constructor(
    private readonly trail: AuditTrail,
    private readonly keys: KeysInUse,
    private readonly statements: Statements,
  ) {}

  /**
   * Runs two short statements. Call it at the start, before anything is written, and in the readiness probe.
   *
   * @throws RecordNotOurs; KeysMissing; StoreUnavailable
   */
  async open(): Promise<void> {
    // The trail first: it detects different keys with known ids.
    await this.trail.open(this.statements);
    await this.keys.begin(this.statements);
  }
}
