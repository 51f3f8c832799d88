import { FaultOfOne } from '../database/batcher.js';
import type { StatementRunner } from '../database/transactions.js';

/** The sealed response to a request with an `Idempotency-Key`, as its row stores it. */
export interface KeptAnswer {
  readonly caller: string;
  readonly keyHash: Buffer;
  readonly requestHash: Buffer;
  readonly sealed: Buffer;
}

/** Makes the response from a change's result. Undefined for a request without a key, for which nothing is stored. */
export type AnswerOf<Result> = ((result: Result) => KeptAnswer) | undefined;

/**
 * This attempt has lost its key: another attempt took the key over, or stored its response. The change is rolled
 * back, because only one of all attempts with a key may make it.
 */
export class KeyLost extends FaultOfOne {
  constructor() {
    super('Another try under the Idempotency-Key came first');
  }
}

const KEEP = {
  name: 'keep-answers',
  text: `
    UPDATE idempotency_keys k SET answer = kept.answer, expires_at = now() + interval '24 hours'
    FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[])
      AS kept (caller, key_hash, request_hash, answer)
    WHERE k.caller = kept.caller AND k.key_hash = kept.key_hash
      AND k.request_hash = kept.request_hash AND k.answer IS NULL
    RETURNING 1`,
};

/**
 * Stores the responses in the transaction of their changes. So a repeated request gets the stored response exactly if
 * the change took place, even if the first response, the connection or the process was lost.
 *
 * @param answers undefined for requests without a key; if no request has a key, no statement is sent
 * @throws KeyLost; the caller then has to roll back all changes
 */
export async function keepAnswers(
  runner: StatementRunner,
  answers: readonly (KeptAnswer | undefined)[],
): Promise<void> {
  const given = answers.filter((answer) => answer !== undefined);
  if (given.length === 0) return;
  const kept = await runner.run(KEEP, [
    given.map(({ caller }) => caller),
    given.map(({ keyHash }) => keyHash),
    given.map(({ requestHash }) => requestHash),
    given.map(({ sealed }) => sealed),
  ]);
  if (kept.length !== given.length) throw new KeyLost();
}
