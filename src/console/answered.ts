import type { Reply } from '../pages/reply.js';

/** Thrown when a handler replies with something other than its page. */
export class Answered extends Error {
  /**
   * @param refusal the refusal that the reply reports; the filter adds it to the audit trail. A page that shows its
   * form again throws it together with the reply
   */
  constructor(
    readonly reply: Reply,
    readonly refusal?: unknown,
  ) {
    super('Answered otherwise');
  }
}

/**
 * Returns the page. If the page reports a refusal, throws it, so that the filter adds the refusal to the audit trail.
 */
export function orAnswered(reply: Reply, refusal: Error | undefined): Reply {
  if (refusal !== undefined) throw new Answered(reply, refusal);
  return reply;
}
