import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ChangeFeed } from '../database/change-feed.js';
import { Statements } from '../database/statements.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { SecretBox, type SecretPlace } from '../secrets/secret-box.js';
import type { KeptAnswer } from './kept-answers.js';

/** A request with the idempotency key of its caller. */
export interface KeyedRequest {
  readonly caller: string;
  readonly key: string;
  /** All content that distinguishes this request from others. */
  readonly content: string;
}

/** The stored response to a request, or why it cannot be processed now. */
export type Known =
  { readonly as: 'in_flight' | 'another' } | { readonly as: 'answered'; readonly answer: string };

// Longer than a request takes. If the process dies, another attempt can take the key over after this time. An attempt
// that takes longer gets KeyLost, and its change is rolled back.
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

// Waits for a change that is being committed, and then leaves its response. A change that has not yet stored its
// response gets KeyLost.
const FORGET = {
  name: 'forget-keyed-request',
  text: `
    DELETE FROM idempotency_keys
    WHERE caller = $1 AND key_hash = $2 AND request_hash = $3 AND answer IS NULL
    RETURNING 1`,
};

/** Stores responses for a day, so that a repeated request makes its change only once. */
@Injectable()
export class StoredResponses {
  constructor(
    private readonly statements: Statements,
    private readonly secretBox: SecretBox,
    private readonly changes: ChangeFeed,
    private readonly keys: DerivedKeys,
  ) {}

  /**
   * Reserves the key for the request. @returns true if this request got the key; of two concurrent requests only one
   * does
   */
  async begin(request: KeyedRequest): Promise<boolean> {
    return (await this.statements.run(BEGIN, this.columnsOf(request))).length > 0;
  }

  /** The state of a request whose key another attempt holds. */
  async find(request: KeyedRequest): Promise<Known> {
    const [caller, keyHash] = this.columnsOf(request);
    const [found] = await this.statements.run<{ same: boolean; answer: Buffer | null }>(FIND, [
      caller,
      keyHash,
      this.hashesOf(request),
    ]);
    if (found && !found.same) return { as: 'another' };
    if (!found?.answer) return { as: 'in_flight' };
    // Another replica may have made the change. This one confirms it, so its caches must be up to date.
    await this.changes.catchUp();
    return { as: 'answered', answer: this.secretBox.open(found.answer, placeOf(request)) };
  }

  /**
   * The response for the transaction of the change (keepAnswers). It is sealed because it may contain a secret that
   * is shown only once.
   */
  seal(request: KeyedRequest, answer: string): KeptAnswer {
    const [caller, keyHash, requestHash] = this.columnsOf(request);
    const sealed = this.secretBox.seal(answer, placeOf(request));
    return { caller, keyHash, requestHash, sealed };
  }

  /**
   * Releases the key, unless a change was made with it.
   *
   * @returns whether a key was released
   */
  async forget(request: KeyedRequest): Promise<boolean> {
    return (await this.statements.run(FORGET, this.columnsOf(request))).length > 0;
  }

  private columnsOf(request: KeyedRequest): [string, Buffer, Buffer] {
    const hash = this.keys.mac('keyed-request', request.content);
    return [request.caller, sha256(request.key), hash];
  }

  /**
   * The hashes by which a repeated request is recognized. A MAC is stored, because the request may contain a secret
   * that could be guessed from a plain hash. The first is that of a new row. The others are those of existing rows:
   * MACs of other keys, or the plain hash of the previous version, for the day that such a row exists.
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
