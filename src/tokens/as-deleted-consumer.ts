import { oauthProblem, type OAuthProblem } from '../protocol/oauth-problem.js';

const FOREIGN_KEY_VIOLATION = '23503';

/** The problem if the consumer of a new row was deleted meanwhile; undefined for other errors. */
export function asDeletedConsumer(error: unknown): OAuthProblem | undefined {
  const { code } = error as { code?: string };
  return code === FOREIGN_KEY_VIOLATION ? oauthProblem('consumer_key_unknown') : undefined;
}
