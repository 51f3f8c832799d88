import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Statements } from '../database/statements.js';
import { SESSION_GRANT } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { newBrowserId } from '../secrets/random-values.js';
import { cookie, forgottenCookie } from '../pages/cookies.js';
import { idHash } from '../pages/id-hash.js';

/** A session in one browser. */
export interface Session {
  /** The value of the browser's cookie. It is secret. */
  readonly id: string;
  readonly subject: string;
}

/** The cookie with the session id. */
const COOKIE = 'oauth10';

/** The session id in the browser's cookie; undefined if this service cannot have made it. */
export function sessionIdIn(cookies: ReadonlyMap<string, string>): string | undefined {
  const value = cookies.get(COOKIE);
  return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined;
}

/** A Set-Cookie value with the session id, until the browser closes. */
export const sessionCookie = (id: string, secure: boolean): string => cookie(COOKIE, id, secure);

/** A Set-Cookie value that deletes the session cookie. */
export const noSessionCookie = (secure: boolean): string => forgottenCookie(COOKIE, secure);

/** The number of expired sessions that each sign-in deletes. */
const SWEPT_AT_ONCE = 20;

/** @param idleSeconds the placeholder for the longest time without a request */
const LIVE = (idleSeconds: string): string =>
  `expires_at > now() AND last_seen_at > now() - make_interval(secs => ${idleSeconds})`;

const START = {
  name: 'start-session',
  text: `
    WITH swept AS (
      DELETE FROM sessions WHERE id_hash IN (
        SELECT id_hash FROM sessions WHERE expires_at <= now()
        LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)
    ), continued AS (
      UPDATE sessions SET last_seen_at = now(), expires_at = now() + make_interval(secs => $3)
      WHERE id_hash = $4 AND subject = $2 AND ${LIVE('$5')}
      RETURNING subject
    ), ended AS (
      DELETE FROM sessions WHERE id_hash = $4 AND subject <> $2
    ), started AS (
      INSERT INTO sessions (id_hash, subject, expires_at, grant_mac)
      SELECT $1, $2, now() + make_interval(secs => $3), $6::bytea WHERE NOT EXISTS (SELECT FROM continued)
    )
    SELECT EXISTS (SELECT FROM continued) AS continued`,
};

// Updates the last use at most once a minute, so that most requests write nothing.
const FIND = {
  name: 'find-session',
  text: `
    WITH live AS (
      SELECT last_seen_at, ${SESSION_GRANT.sql} AS granted, grant_mac FROM sessions t
      WHERE id_hash = $1 AND ${LIVE('$2')}
    ), seen AS (
      UPDATE sessions SET last_seen_at = now()
      WHERE id_hash = $1 AND EXISTS (SELECT FROM live WHERE last_seen_at < now() - interval '1 minute')
    )
    SELECT granted, grant_mac AS "grantMac" FROM live`,
};

const END = { name: 'end-session', text: 'DELETE FROM sessions WHERE id_hash = $1' };

/** The sessions of resource owners. They are in the database, so that the service can end them. */
@Injectable()
export class Sessions {
  constructor(
    private readonly statements: Statements,
    private readonly settings: Settings,
    private readonly grants: Grants,
  ) {}

  /**
   * Starts a session with a new id, because an attacker may have set the browser's id (session fixation). Only a live
   * session of the same person keeps its id, because another tab may be using it. Only that person could have set its
   * id.
   *
   * @param previousId the former value of the browser's cookie; another person's session ends
   */
  async start(subject: string, previousId?: string): Promise<Session> {
    const id = newBrowserId();
    const [row] = await this.statements.run<{ continued: boolean }>(START, [
      idHash(id),
      subject,
      this.settings.sessionTtlSeconds,
      previousId === undefined ? null : idHash(previousId),
      this.settings.sessionIdleSeconds,
      this.grants.mac('session', SESSION_GRANT.toGranted({ idHash: idHash(id), subject })),
    ]);
    return { id: row?.continued && previousId !== undefined ? previousId : id, subject };
  }

  /** The live session with this id; undefined if it ended or does not exist. */
  async find(id: string | undefined): Promise<Session | undefined> {
    if (id === undefined) return undefined;
    const values = [idHash(id), this.settings.sessionIdleSeconds];
    const [row] = await this.statements.run<GrantRow>(FIND, values);
    const grant = row && this.grants.verified(SESSION_GRANT, row, { idHash: idHash(id) });
    return grant && { id, subject: grant.subject };
  }

  /** Ends the session. Its id is then useless. */
  async end(id: string): Promise<void> {
    await this.statements.run(END, [idHash(id)]);
  }
}
