import { FaultOfOne } from '../database/batcher.js';
import type { StatementRunner } from '../database/transactions.js';

/** The answer to a keyed request, sealed, as the row of its `Idempotency-Key` holds it. */
export interface KeptAnswer {
  readonly caller: string;
  readonly keyHash: Buffer;
  readonly requestHash: Buffer;
  readonly sealed: Buffer;
}

/** Makes the answer from a change's result. Undefined for a request without a key: nothing is kept. */
export type AnswerOf<Result> = ((result: Result) => KeptAnswer) | undefined;

/**
 * The key is no longer this try's: another one took it over, or answered it. The change is taken back,
 * since of all tries under one key one alone may make it.
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
 * Keeps the answers in the transaction of the changes that they tell of: whoever repeats a request meets
 * the answer exactly if the change took place, whatever became of the reply, the connection or the process.
 *
 * @param answers undefined for those without a key; where none has one, nothing is sent
 * @throws KeyLost; then all has to be taken back
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
