import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';

/** The texts of staff for a scope. At least one is set. */
export interface ScopeWords {
  /** A few words that complete the sentence "It may …"; null: the scope's name is used. */
  readonly title: string | null;
  readonly description: string | null;
}

/** A scope that staff have described. */
export interface DescribedScope extends ScopeWords {
  readonly scope: string;
  readonly updatedAt: Date;
}

/** Staff have not described this scope. */
export class ScopeUndescribed extends Error {}

const COLUMNS = 'scope, title, description, updated_at AS "updatedAt"';

const FIND = {
  name: 'find-scope-descriptions',
  text: `SELECT ${COLUMNS} FROM scope_descriptions WHERE scope = ANY($1)`,
};

const PAGE = {
  name: 'page-of-scope-descriptions',
  text: `SELECT ${COLUMNS} FROM scope_descriptions WHERE scope > $1 ORDER BY scope LIMIT $2`,
};

// A row that was never updated has no xmax.
const PUT = {
  name: 'put-scope-description',
  text: `
    INSERT INTO scope_descriptions (scope, title, description) VALUES ($1, $2, $3)
    ON CONFLICT (scope) DO UPDATE
    SET title = excluded.title, description = excluded.description, updated_at = now()
    RETURNING ${COLUMNS}, xmax = 0 AS "isNew"`,
};

const DELETE = {
  name: 'delete-scope-description',
  text: 'DELETE FROM scope_descriptions WHERE scope = $1 RETURNING 1',
};

/** The titles and descriptions that staff set in the admin API. They take precedence over SCOPES_FILE. */
@Injectable()
export class ScopeDescriptions {
  constructor(
    private readonly statements: Statements,
    private readonly audit: AuditTrail,
  ) {}

  /** The described ones of these scopes, in no order. */
  async of(scopes: readonly string[]): Promise<DescribedScope[]> {
    return scopes.length === 0 ? [] : this.statements.run<DescribedScope>(FIND, [scopes]);
  }

  /** @throws ScopeUndescribed */
  async find(scope: string): Promise<DescribedScope> {
    const [found] = await this.of([scope]);
    if (!found) throw new ScopeUndescribed();
    return found;
  }

  /** The described scopes after this name, in the order of the names' octets. */
  page(afterScope: string, limit: number): Promise<DescribedScope[]> {
    return this.statements.run<DescribedScope>(PAGE, [afterScope, limit]);
  }

  /** Describes a scope, and replaces any former description. */
  async describe(
    scope: string,
    { title, description }: ScopeWords,
    actor: AuditActor,
  ): Promise<DescribedScope & { isNew: boolean }> {
    return this.audit.record(
      { ...actOn(scope, actor, 'describe'), detail: { title, description } },
      async (transaction) => {
        const values = [scope, title, description];
        const [row] = await transaction.run<DescribedScope & { isNew: boolean }>(PUT, values);
        return row!;
      },
    );
  }

  /** Deletes the description of staff, so that SCOPES_FILE applies again. @throws ScopeUndescribed */
  async forget(scope: string, actor: AuditActor): Promise<void> {
    await this.audit.record(
      { ...actOn(scope, actor, 'forget'), detail: {} },
      async (transaction) => {
        const [gone] = await transaction.run(DELETE, [scope]);
        if (!gone) throw new ScopeUndescribed();
      },
    );
  }
}

const actOn = (scope: string, actor: AuditActor, verb: string) => ({
  actor,
  action: `scope.${verb}`,
  target: `scope:${scope}`,
});
