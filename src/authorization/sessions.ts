import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Statements } from '../database/statements.js';
import { newBrowserId } from '../secrets/random-values.js';
import { idHash } from './id-hash.js';

/** Someone is signed in on this browser. */
export interface Session {
  /** The value of the browser's cookie, which nobody else knows. */
  readonly id: string;
  readonly subject: string;
}

/** A dead session is kept in nobody's way: each sign-in takes a few of them along. */
const SWEPT_AT_ONCE = 20;

const START = {
  name: 'start-session',
  text: `
    WITH swept AS (
      DELETE FROM sessions WHERE id_hash IN (
        SELECT id_hash FROM sessions WHERE expires_at <= now()
        LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)
    ), ended AS (
      DELETE FROM sessions WHERE id_hash = $4 AND expires_at > now()
    )
    INSERT INTO sessions (id_hash, subject, expires_at)
    VALUES ($1, $2, now() + make_interval(secs => $3))`,
};

// The last page is noted to the minute, so that looking around costs no writes.
const FIND = {
  name: 'find-session',
  text: `
    WITH live AS (
      SELECT subject, last_seen_at FROM sessions
      WHERE id_hash = $1 AND expires_at > now() AND last_seen_at > now() - make_interval(secs => $2)
    ), seen AS (
      UPDATE sessions SET last_seen_at = now()
      WHERE id_hash = $1 AND EXISTS (SELECT FROM live WHERE last_seen_at < now() - interval '1 minute')
    )
    SELECT subject FROM live`,
};

const END = { name: 'end-session', text: 'DELETE FROM sessions WHERE id_hash = $1' };

/** Who is signed in on the resource owner's pages. Kept on the server, so that it can be ended. */
@Injectable()
export class Sessions {
  constructor(
    private readonly statements: Statements,
    private readonly settings: Settings,
  ) {}

  /**
   * Starts a session under an id that nobody has seen before: one that the browser brought could
   * have been planted there by somebody else (session fixation).
   *
   * @param previousId what the browser's cookie held until now; that session ends
   */
  async start(subject: string, previousId?: string): Promise<Session> {
    const id = newBrowserId();
    await this.statements.run(START, [
      idHash(id),
      subject,
      this.settings.sessionTtlSeconds,
      previousId === undefined ? null : idHash(previousId),
    ]);
    return { id, subject };
  }

  /** The live session of this id; undefined when it ended, or never began. */
  async find(id: string | undefined): Promise<Session | undefined> {
    if (id === undefined) return undefined;
    const values = [idHash(id), this.settings.sessionIdleSeconds];
    const [row] = await this.statements.run<{ subject: string }>(FIND, values);
    return row && { id, subject: row.subject };
  }

  /** Ends the session; from then on its id opens nothing. */
  async end(id: string): Promise<void> {
    await this.statements.run(END, [idHash(id)]);
  }
}
