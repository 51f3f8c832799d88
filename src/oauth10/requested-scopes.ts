import { parameterRejected } from '../protocol/oauth-problem.js';
import type { Parameter } from '../protocol/parameter.js';

/**
 * The scopes of a request: the parameter `scope`, separated by spaces, or else all that the consumer may request.
 * OAuth 1.0 has no scopes; name and form are those of OAuth 2, as other OAuth 1.0 providers use them.
 *
 * @throws OAuthProblem parameter_rejected for a scope that is not allowed
 */
export function requestedScopes(
  parameters: readonly Parameter[],
  allowed: {
    readonly scopes: readonly string[];
    /** The owner of the scopes, for the advice. */
    readonly of?: string;
  },
): readonly string[] {
  const asked = parameters.filter(([name]) => name === 'scope').map(([, value]) => value);
  if (asked.length === 0) return allowed.scopes;
  const [value = ''] = asked;
  const scopes = [...new Set(value.split(' ').filter((scope) => scope !== ''))];
  const isMore = scopes.some((scope) => !allowed.scopes.includes(scope));
  if (asked.length > 1 || isMore) {
    const whose = allowed.of ?? 'this consumer';
    throw parameterRejected(['scope'], `Ask once, and only for scopes allowed to ${whose}.`);
  }
  return scopes.length === 0 ? allowed.scopes : scopes;
}
