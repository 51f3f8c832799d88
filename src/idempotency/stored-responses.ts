import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ChangeFeed } from '../database/change-feed.js';
import { Statements } from '../database/statements.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { SecretBox, type SecretPlace } from '../secrets/secret-box.js';
import type { KeptAnswer } from './kept-answers.js';

/** One request under the key that its caller gave it. */
export interface KeyedRequest {
  readonly caller: string;
  readonly key: string;
  /** All that makes it this request. */
  readonly content: string;
}

/** What is known of a request: its answer, or why it can't be served now. */
export type Known =
  { readonly as: 'in_flight' | 'another' } | { readonly as: 'answered'; readonly answer: string };

// Longer than a request takes; the key of a process that died during one can be taken over after this. A try
// that takes longer all the same meets KeyLost, and its change is taken back.
const BEGIN = {
  name: 'begin-keyed-request',
  text: `
    INSERT INTO idempotency_keys AS k (caller, key_hash, request_hash, expires_at)
    VALUES ($1, $2, $3, now() + interval '10 seconds')
    ON CONFLICT (caller, key_hash) DO UPDATE
      SET request_hash = excluded.request_hash, answer = NULL, expires_at = excluded.expires_at
      WHERE k.expires_at <= now()
    RETURNING 1`,
};

const FIND = {
  name: 'find-keyed-request',
  text: `
    SELECT request_hash = ANY ($3::bytea[]) AS same, answer FROM idempotency_keys
    WHERE caller = $1 AND key_hash = $2`,
};

// Waits for a change that is being committed, whose answer then stays. One that is not so far meets KeyLost.
const FORGET = {
  name: 'forget-keyed-request',
  text: `
    DELETE FROM idempotency_keys
    WHERE caller = $1 AND key_hash = $2 AND request_hash = $3 AND answer IS NULL
    RETURNING 1`,
};

/** Answers kept for a day, so that a request that is repeated makes nothing twice. */
@Injectable()
export class StoredResponses {
  constructor(
    private readonly statements: Statements,
    private readonly secretBox: SecretBox,
    private readonly changes: ChangeFeed,
    private readonly keys: DerivedKeys,
  ) {}

  /** Takes the key for the request. @returns whether it is the request's; of two who come together one's */
  async begin(request: KeyedRequest): Promise<boolean> {
    return (await this.statements.run(BEGIN, this.columnsOf(request))).length > 0;
  }

  /** What is known of a request whose key another try has. */
  async find(request: KeyedRequest): Promise<Known> {
    const [caller, keyHash] = this.columnsOf(request);
    const [found] = await this.statements.run<{ same: boolean; answer: Buffer | null }>(FIND, [
      caller,
      keyHash,
      this.hashesOf(request),
    ]);
    if (found && !found.same) return { as: 'another' };
    if (!found?.answer) return { as: 'in_flight' };
    // Another replica may have made the change, and this one says again that it is made.
    await this.changes.catchUp();
    return { as: 'answered', answer: this.secretBox.open(found.answer, placeOf(request)) };
  }

  /** The answer for the transaction of the change (keepAnswers), sealed: it may hold a secret that is shown once. */
  seal(request: KeyedRequest, answer: string): KeptAnswer {
    const [caller, keyHash, requestHash] = this.columnsOf(request);
    const sealed = this.secretBox.seal(answer, placeOf(request));
    return { caller, keyHash, requestHash, sealed };
  }

  /**
   * Lets the key go, unless a change was made under it.
   *
   * @returns whether there was something to let go
   */
  async forget(request: KeyedRequest): Promise<boolean> {
    return (await this.statements.run(FORGET, this.columnsOf(request))).length > 0;
  }

  private columnsOf(request: KeyedRequest): [string, Buffer, Buffer] {
    const hash = this.keys.mac('keyed-request', request.content);
    return [request.caller, sha256(request.key), hash];
  }

  /**
   * What is kept of a request to know it again: a MAC, since it may hold a secret that could be guessed.
   * First what a new one gets, then what it may have: of another key, or plain from the version before,
   * for the day that such a row lives.
   */
  private hashesOf({ content }: KeyedRequest): Buffer[] {
    return [...this.keys.macs('keyed-request', content), sha256(content)];
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const placeOf = ({ caller, key }: KeyedRequest): SecretPlace => ({
  table: 'idempotency_keys',
  row: JSON.stringify([caller, sha256(key).toString('hex')]),
  column: 'answer',
});
