import type { Reply } from '../pages/reply.js';

/** Thrown where a page is answered with something else than itself. */
export class Answered extends Error {
  /**
   * @param refusal what the reply tells as a refusal, for the record; a page that shows its form again throws it
   * with the reply
   */
  constructor(
    readonly reply: Reply,
    readonly refusal?: unknown,
  ) {
    super('Answered otherwise');
  }
}

/** The page; thrown where it tells a refusal, so that the filter puts that on record. */
export function orAnswered(reply: Reply, refusal: Error | undefined): Reply {
  if (refusal !== undefined) throw new Answered(reply, refusal);
  return reply;
}
