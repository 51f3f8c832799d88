import { Injectable } from '@nestjs/common';
import { Statements } from '../../database/statements.js';
import { idHash } from '../id-hash.js';

/** How long a person may take to sign in elsewhere. */
const TTL_SECONDS = 900;
const SWEPT_AT_ONCE = 20;

/** A sign-in that has begun here and goes on at another server. */
export interface StartedSignIn<Detail> {
  /** The authorization request to come back to; null: "Your connections". */
  readonly oauthToken: string | null;
  /** What the way of signing in has to remember meanwhile; JSON. */
  readonly detail: Detail;
}

const REMEMBER = {
  name: 'remember-started-sign-in',
  text: `
    WITH swept AS (
      DELETE FROM started_sign_ins WHERE state_hash IN (
        SELECT state_hash FROM started_sign_ins WHERE expires_at <= now()
        LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO started_sign_ins (state_hash, browser_hash, oauth_token, detail, expires_at)
    VALUES ($1, $2, $3, $4, now() + make_interval(secs => ${TTL_SECONDS}))`,
};

// Taken once, and only by the browser that began: a stranger's link can neither use it up nor
// sign this browser in as the stranger.
const TAKE = {
  name: 'take-started-sign-in',
  text: `
    DELETE FROM started_sign_ins
    WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > now()
    RETURNING oauth_token AS "oauthToken", detail`,
};

/** Remembers, while the browser is away, what it came for. */
@Injectable()
export class StartedSignIns {
  constructor(private readonly statements: Statements) {}

  /**
   * @param state unguessable; travels to the other server and back
   * @param browserId the value of the browser's cookie
   */
  async remember<Detail>(
    state: string,
    browserId: string,
    signIn: StartedSignIn<Detail>,
  ): Promise<void> {
    await this.statements.run(REMEMBER, [
      idHash(state),
      idHash(browserId),
      signIn.oauthToken,
      JSON.stringify(signIn.detail),
    ]);
  }

  /** What this browser began under the state, once; undefined when there is nothing (left). */
  async take<Detail>(state: string, browserId: string): Promise<StartedSignIn<Detail> | undefined> {
    const values = [idHash(state), idHash(browserId)];
    const [row] = await this.statements.run<StartedSignIn<Detail>>(TAKE, values);
    return row;
  }
}
