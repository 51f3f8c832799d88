import { oauthProblem, type OAuthProblem } from '../protocol/oauth-problem.js';

const FOREIGN_KEY_VIOLATION = '23503';

/** What it means when the row that belongs to a consumer finds the consumer deleted meanwhile. */
export function asDeletedConsumer(error: unknown): OAuthProblem | undefined {
  const { code } = error as { code?: string };
  return code === FOREIGN_KEY_VIOLATION ? oauthProblem('consumer_key_unknown') : undefined;
}
