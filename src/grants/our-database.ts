import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { KeysInUse } from './keys-in-use.js';

/** Knows whether the database is one that SECRET_KEYS fit: the record in it, and every key that rows need. */
@Injectable()
export class OurDatabase {
  constructor(
    private readonly trail: AuditTrail,
    private readonly keys: KeysInUse,
    private readonly statements: Statements,
  ) {}

  /**
   * Two short statements. To be called at the start, before anything is written, and by readiness.
   *
   * @throws RecordNotOurs; KeysMissing; StoreUnavailable
   */
  async open(): Promise<void> {
    // The trail first: it detects other keys under known ids.
    await this.trail.open(this.statements);
    await this.keys.begin(this.statements);
  }
}
