import { Injectable } from '@nestjs/common';
import { FIRST_CALLER, Callers } from '../callers/callers.js';
import type { Caller, Role } from '../callers/caller.js';
import { Settings } from '../config/settings.js';
import { Statements, type Statement } from '../database/statements.js';
import { STAFF_SESSION_GRANT } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { cookie, forgottenCookie } from '../pages/cookies.js';
import { idHash } from '../pages/id-hash.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { newBrowserId } from '../secrets/random-values.js';

/** A session of staff in one browser. */
export interface StaffSession {
  /** The value of the browser's cookie. It is secret. */
  readonly id: string;
  readonly caller: Caller;
}

/** Differs from the cookie of the owner's session, because browsers share cookies between ports. */
const COOKIE = 'oauth10-console';

/** The session id in the browser's cookie; undefined if this service cannot have made it. */
export function staffSessionIdIn(cookies: ReadonlyMap<string, string>): string | undefined {
  const value = cookies.get(COOKIE);
  return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined;
}

/** A Set-Cookie value with the session id, until the browser closes. */
export const staffSessionCookie = (id: string, secure: boolean): string =>
  cookie(COOKIE, id, secure);

/** A Set-Cookie value that deletes the session cookie. */
export const noStaffSessionCookie = (secure: boolean): string => forgottenCookie(COOKIE, secure);

const START = {
  name: 'start-staff-session',
  text: `
    WITH ended AS (DELETE FROM staff_sessions WHERE id_hash = $6)
    INSERT INTO staff_sessions (id_hash, caller, roles, key_mac, expires_at, grant_mac)
    VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), $7)`,
};

// Updates the last use at most once a minute, so that most requests write nothing.
const FIND = {
  name: 'find-staff-session',
  text: `
    WITH live AS (
      SELECT last_seen_at, ${STAFF_SESSION_GRANT.sql} AS granted, grant_mac FROM staff_sessions t
      WHERE id_hash = $1 AND expires_at > now()
        AND last_seen_at > now() - make_interval(secs => $2)
    ), seen AS (
      UPDATE staff_sessions SET last_seen_at = now()
      WHERE id_hash = $1 AND EXISTS (SELECT FROM live WHERE last_seen_at < now() - interval '1 minute')
    )
    SELECT granted, grant_mac AS "grantMac" FROM live`,
};

/** Without the idle time, and without the note of a page. */
const FIND_ALSO_IDLE = {
  name: 'find-staff-session-also-idle',
  text: `
    SELECT ${STAFF_SESSION_GRANT.sql} AS granted, grant_mac AS "grantMac" FROM staff_sessions t
    WHERE id_hash = $1 AND expires_at > now()`,
};

const END = { name: 'end-staff-session', text: 'DELETE FROM staff_sessions WHERE id_hash = $1' };

/**
 * The sessions of staff. They are in the database, so that the service can end them. A session contains no API key,
 * and ends when its API key does.
 */
@Injectable()
export class StaffSessions {
  constructor(
    private readonly statements: Statements,
    private readonly settings: Settings,
    private readonly grants: Grants,
    private readonly callers: Callers,
    private readonly keys: DerivedKeys,
  ) {}

  /**
   * Starts a session with a new id (against session fixation).
   *
   * @param previousId the former value of the browser's cookie; that session ends
   */
  async start(caller: Caller, previousId?: string): Promise<StaffSession> {
    const id = newBrowserId();
    const row = {
      idHash: idHash(id),
      caller: caller.name,
      roles: caller.roles,
      keyMac: this.firstKeyMac(caller),
    };
    await this.statements.run(START, [
      row.idHash,
      row.caller,
      row.roles,
      row.keyMac,
      this.settings.sessionTtlSeconds,
      previousId === undefined ? null : idHash(previousId),
      this.grants.mac('staff-session', STAFF_SESSION_GRANT.toGranted(row)),
    ]);
    return { id, caller };
  }

  /** The live session with this id and the current roles of its caller; undefined if it ended or does not exist. */
  async find(id: string | undefined): Promise<StaffSession | undefined> {
    if (id === undefined) return undefined;
    return this.verified(id, FIND, [idHash(id), this.settings.sessionIdleSeconds]);
  }

  /** The same at the end of a long request, during which nobody opens a page. The session may then be idle. */
  async findAfterLongRequest(id: string): Promise<StaffSession | undefined> {
    return this.verified(id, FIND_ALSO_IDLE, [idHash(id)]);
  }

  private async verified(
    id: string,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<StaffSession | undefined> {
    const [row] = await this.statements.run<GrantRow>(statement, values);
    const grant = row && this.grants.verified(STAFF_SESSION_GRANT, row, { idHash: idHash(id) });
    if (!grant || !this.isFirstKey(grant.caller, grant.keyMac)) return undefined;
    const roles = grant.roles as readonly Role[];
    const caller = await this.callers.standing({ name: grant.caller, roles });
    return caller && { id, caller };
  }

  /** Ends the session. Its id is then useless. */
  async end(id: string): Promise<void> {
    await this.statements.run(END, [idHash(id)]);
  }

  /** The MAC of ADMIN_API_KEY for sessions that began with it. A change of the key ends them. */
  private firstKeyMac({ name }: Caller): Buffer | null {
    const { adminApiKey } = this.settings;
    return name === FIRST_CALLER.name && adminApiKey !== undefined
      ? this.keys.mac('staff-key', adminApiKey)
      : null;
  }

  private isFirstKey(name: string, keyMac: Buffer | null): boolean {
    if (name !== FIRST_CALLER.name) return true;
    const { adminApiKey } = this.settings;
    return (
      adminApiKey !== undefined &&
      keyMac !== null &&
      this.keys.verify('staff-key', adminApiKey, keyMac)
    );
  }
}
