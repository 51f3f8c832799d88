import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Statements } from '../database/statements.js';
import { SESSION_GRANT } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { newBrowserId } from '../secrets/random-values.js';
import { cookie, forgottenCookie } from '../pages/cookies.js';
import { idHash } from '../pages/id-hash.js';

/** Someone is signed in on this browser. */
export interface Session {
  /** The value of the browser's cookie, which nobody else knows. */
  readonly id: string;
  readonly subject: string;
}

/** The cookie that names the session, in a browser on which someone has signed in. */
const COOKIE = 'oauth10';

/** The id of the session that the browser names, if this service can have made it. */
export function sessionIdIn(cookies: ReadonlyMap<string, string>): string | undefined {
  const value = cookies.get(COOKIE);
  return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined;
}

/** A Set-Cookie value that names the session for as long as the browser runs. */
export const sessionCookie = (id: string, secure: boolean): string => cookie(COOKIE, id, secure);

/** A Set-Cookie value that makes the browser forget the session. */
export const noSessionCookie = (secure: boolean): string => forgottenCookie(COOKIE, secure);

/** A dead session is kept in nobody's way: each sign-in takes a few of them along. */
const SWEPT_AT_ONCE = 20;

/** @param idleSeconds the placeholder of how long a session may go unused */
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

// The last page is noted to the minute, so that looking around costs no writes.
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

/** Who is signed in on the resource owner's pages. Kept on the server, so that it can be ended. */
@Injectable()
export class Sessions {
  constructor(
    private readonly statements: Statements,
    private readonly settings: Settings,
    private readonly grants: Grants,
  ) {}

  /**
   * Starts a session under an id that nobody has seen before: one that the browser brought could
   * have been planted there by somebody else (session fixation). Only a session that this very person
   * has already goes on under its id, since another tab may be on its way with it; whoever could plant
   * that one is that person.
   *
   * @param previousId what the browser's cookie held until now; another person's session ends
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

  /** The live session of this id; undefined when it ended, or never began. */
  async find(id: string | undefined): Promise<Session | undefined> {
    if (id === undefined) return undefined;
    const values = [idHash(id), this.settings.sessionIdleSeconds];
    const [row] = await this.statements.run<GrantRow>(FIND, values);
    const grant = row && this.grants.verified(SESSION_GRANT, row, { idHash: idHash(id) });
    return grant && { id, subject: grant.subject };
  }

  /** Ends the session; from then on its id opens nothing. */
  async end(id: string): Promise<void> {
    await this.statements.run(END, [idHash(id)]);
  }
}
