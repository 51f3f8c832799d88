import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import type { AuditEvent } from './audit-event.js';

/** Which events a list shows. Texts must be equal; `from` is included, `to` is not. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export const EVENT_COLUMNS = `id::float8 AS id, at, actor, action, target, detail, hash`;

const PAGE = {
  name: 'page-of-audit-events',
  text: `
    SELECT ${EVENT_COLUMNS} FROM audit_events
    WHERE id > $1
      AND ($2::text IS NULL OR actor = $2) AND ($3::text IS NULL OR action = $3)
      AND ($4::text IS NULL OR target = $4)
      AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
    ORDER BY id LIMIT $7`,
};

/** The table `audit_events`, for those who read it. */
@Injectable()
export class AuditEvents {
  constructor(private readonly statements: Statements) {}

  /** The events after an id, oldest first. */
  async page(filter: AuditFilter, afterId: number, limit: number): Promise<AuditEvent[]> {
    const { actor, action, target, from, to } = filter;
    const rows = await this.statements.run<Omit<AuditEvent, 'at'> & { at: Date }>(PAGE, [
      afterId,
      actor ?? null,
      action ?? null,
      target ?? null,
      from ?? null,
      to ?? null,
      limit,
    ]);
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }
}
