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

/** A key of staff, of a gateway or of a consent application, as staff see it. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** To the minute; null: not yet. */
  readonly lastUsedAt: Date | null;
}

/** A key, and its text for the only time. */
export interface NewlyMadeKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/** A key that is not there. */
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

/** What the names of callers with such a key begin with, before its id. */
export const NAME_PREFIX = 'api_key:';

/** A key is looked up at most this often, and what was changed about it holds within a second. */
const REMEMBERED_MS = 800;
const REMEMBERED_MAX = 1000;
const TOUCHED_EVERY_MS = 60_000;

/** What a key makes of its holder. */
interface LiveKey {
  readonly id: string;
  readonly role: Role;
}

/** A key is 256 random bits, so its plain SHA-256 reveals nothing. */
export const apiKeyHash = (key: string): Buffer => createHash('sha256').update(key).digest();

/** The keys that were made over the admin API. */
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
   * Makes a key.
   *
   * @param answerOf keeps the answer with it
   * @returns what it is, and the key itself for the only time
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

  /** The key with this id, whether or not it still opens anything. @throws ApiKeyUnknown */
  async read(id: string): Promise<ApiKey> {
    const [row] = await this.statements.run<ApiKey>(READ, [id]);
    if (!row) throw new ApiKeyUnknown();
    return row;
  }

  /** Ends a key; within a second no replica takes it any more. @throws ApiKeyUnknown */
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

  /** The keys behind a position, oldest first. */
  page(after: { at: Date; key: string } | undefined, limit: number): Promise<ApiKey[]> {
    const { at, key } = after ?? { at: '-infinity', key: '' };
    return this.statements.run<ApiKey>(PAGE, [at, key, limit]);
  }

  /** The caller whose key has this hash; undefined for no key, one that has expired, or a row of others. */
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

  /** The caller that the key of this name still makes of its holder; undefined once it is gone or has expired. */
  async standing(name: string): Promise<Caller | undefined> {
    const id = name.slice(NAME_PREFIX.length);
    const [row] = await this.statements.run<GrantRow>(FIND_BY_ID, [id]);
    const found = this.live(row, { id });
    return found && { name, roles: [found.role] };
  }

  /** What a key that was asked for makes of its holder, unless it has expired. */
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

  /** In the background, and once a minute: nobody waits to be remembered. */
  private touch(id: string): void {
    if (this.touched.has(id)) return;
    this.touched.set(id, true);
    this.statements.run(TOUCH, [id]).catch(() => this.touched.delete(id));
  }
}
