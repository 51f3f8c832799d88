import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createHash, randomBytes } from 'node:crypto';
import { AuditTrail } from '../audit/audit-trail.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Statements } from '../database/statements.js';
import { API_KEY_GRANT } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { keepAnswers, type AnswerOf } from '../idempotency/kept-answers.js';
import { newApiKeyId } from '../secrets/random-values.js';
import type { Caller, Role } from './caller.js';

/** An API key of staff, of a gateway or of a consent application, as staff see it. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** To the minute; null: never used. */
  readonly lastUsedAt: Date | null;
}

/** A new key with its plaintext, which is shown only this once. */
export interface NewlyMadeKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/** There is no API key with this id. */
export class ApiKeyUnknown extends Error {}

const COLUMNS = `id, name, role, created_at AS "createdAt", expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt"`;

const INSERT = {
  name: 'insert-api-key',
  text: `INSERT INTO api_keys (id, name, role, hash, expires_at, grant_mac)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING ${COLUMNS}`,
};

const DELETE = {
  name: 'delete-api-key',
  text: 'DELETE FROM api_keys WHERE id = $1 RETURNING name, role',
};

const PAGE = {
  name: 'page-of-api-keys',
  text: `SELECT ${COLUMNS} FROM api_keys
    WHERE (created_at, id) > ($1::timestamptz, $2) ORDER BY created_at, id LIMIT $3`,
};

const READ = {
  name: 'read-api-key',
  text: `SELECT ${COLUMNS} FROM api_keys WHERE id = $1`,
};

const FIND = {
  name: 'find-api-key',
  text: `
    SELECT ${API_KEY_GRANT.sql} AS granted, grant_mac AS "grantMac" FROM api_keys t
    WHERE hash = $1`,
};

const FIND_BY_ID = {
  name: 'find-api-key-by-id',
  text: `
    SELECT ${API_KEY_GRANT.sql} AS granted, grant_mac AS "grantMac" FROM api_keys t
    WHERE id = $1`,
};

const TOUCH = {
  name: 'touch-api-key',
  text: `UPDATE api_keys SET last_used_at = now()
    WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
};

/** The prefix of the names of callers with such a key; the key's id follows. */
export const NAME_PREFIX = 'api_key:';

/** A key is read from the database at most this often, so changes and deletions take effect within a second. */
const REMEMBERED_MS = 800;
const REMEMBERED_MAX = 1000;
const TOUCHED_EVERY_MS = 60_000;

/** A valid key: its id and role. */
interface LiveKey {
  readonly id: string;
  readonly role: Role;
}

/** A key has 256 random bits, so a plain SHA-256 does not reveal it. */
export const apiKeyHash = (key: string): Buffer => createHash('sha256').update(key).digest();

/** The API keys that were created with the admin API. */
@Injectable()
export class ApiKeys {
  private readonly remembered = new LRUCache<string, LiveKey>({
    max: REMEMBERED_MAX,
    ttl: REMEMBERED_MS,
  });
  private readonly touched = new LRUCache<string, true>({
    max: REMEMBERED_MAX,
    ttl: TOUCHED_EVERY_MS,
  });

  constructor(
    private readonly statements: Statements,
    private readonly audit: AuditTrail,
    private readonly grants: Grants,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * Creates a key.
   *
   * @param answerOf makes the reply that is stored in the same transaction
   * @returns the key's properties, and its plaintext for the only time
   */
  async create(
    { name, role, expiresAt }: Pick<ApiKey, 'name' | 'role' | 'expiresAt'>,
    actor: AuditActor,
    answerOf?: AnswerOf<NewlyMadeKey>,
  ): Promise<NewlyMadeKey> {
    const id = newApiKeyId();
    const key = `oak_${randomBytes(32).toString('base64url')}`;
    const detail = { name, role, expiresAt: expiresAt?.toISOString() ?? null };
    return this.audit.record(
      { actor, action: 'api_key.create', target: `api_key:${id}`, detail },
      async (transaction) => {
        const hash = apiKeyHash(key);
        const granted = API_KEY_GRANT.toGranted({ id, role, hash, expiresAt });
        const mac = this.grants.mac('api-key', granted);
        const values = [id, name, role, hash, expiresAt, mac];
        const [row] = await transaction.run<ApiKey>(INSERT, values);
        const made = { apiKey: row!, key };
        await keepAnswers(transaction, [answerOf?.(made)]);
        return made;
      },
    );
  }

  /** The key with this id, even if it has expired. @throws ApiKeyUnknown */
  async read(id: string): Promise<ApiKey> {
    const [row] = await this.statements.run<ApiKey>(READ, [id]);
    if (!row) throw new ApiKeyUnknown();
    return row;
  }

  /** Deletes a key; within a second no replica accepts it. @throws ApiKeyUnknown */
  async delete(id: string, actor: AuditActor): Promise<void> {
    await this.audit.record(
      (detail: { name: string; role: string }) => ({
        actor,
        action: 'api_key.delete',
        target: `api_key:${id}`,
        detail,
      }),
      async (transaction) => {
        const [row] = await transaction.run<{ name: string; role: string }>(DELETE, [id]);
        if (!row) throw new ApiKeyUnknown();
        return row;
      },
    );
    this.remembered.clear();
  }

  /** The keys after a position, oldest first. */
  page(after: { at: Date; key: string } | undefined, limit: number): Promise<ApiKey[]> {
    const { at, key } = after ?? { at: '-infinity', key: '' };
    return this.statements.run<ApiKey>(PAGE, [at, key, limit]);
  }

  /**
   * The caller whose key has this hash; undefined if the key is unknown or expired, or its row has an invalid
   * MAC.
   */
  async callerOf(hash: Buffer): Promise<Caller | undefined> {
    const text = hash.toString('base64');
    let found = this.remembered.get(text);
    if (!found) {
      const [row] = await this.statements.run<GrantRow>(FIND, [hash]);
      found = this.live(row, { hash });
      if (!found) return undefined;
      this.remembered.set(text, found);
    }
    this.touch(found.id);
    return { name: NAME_PREFIX + found.id, roles: [found.role] };
  }

  /** The caller with this name and its current role; undefined if the key was deleted or has expired. */
  async standing(name: string): Promise<Caller | undefined> {
    const id = name.slice(NAME_PREFIX.length);
    const [row] = await this.statements.run<GrantRow>(FIND_BY_ID, [id]);
    const found = this.live(row, { id });
    return found && { name, roles: [found.role] };
  }

  /** The valid key of a row; undefined if it has expired or the row's MAC is invalid. */
  private live(
    row: GrantRow | undefined,
    asked: { readonly id: string } | { readonly hash: Buffer },
  ): LiveKey | undefined {
    const grant = row && this.grants.verified(API_KEY_GRANT, row, asked);
    if (!grant) return undefined;
    const { id, role, expiresAt } = grant;
    const isLive = expiresAt === null || expiresAt.getTime() > this.clock.nowSeconds() * 1000;
    return isLive ? { id, role: role as Role } : undefined;
  }

  /** Notes the use in the background, at most once a minute, so that requests do not wait for it. */
  private touch(id: string): void {
    if (this.touched.has(id)) return;
    this.touched.set(id, true);
    this.statements.run(TOUCH, [id]).catch(() => this.touched.delete(id));
  }
}
