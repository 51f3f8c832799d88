import { parameterRejected } from '../protocol/oauth-problem.js';
import type { Parameter } from '../protocol/parameter.js';

/**
 * The scopes that a request asks for: the parameter `scope`, separated by spaces, or all that may be
 * asked for.
 * OAuth 1.0 knows no scope; the name and form are OAuth 2's, as the providers that added it use them.
 *
 * @throws OAuthProblem parameter_rejected for a scope that may not be
 */
export function requestedScopes(
  parameters: readonly Parameter[],
  allowed: {
    readonly scopes: readonly string[];
    /** Whose they are, for the advice. */
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
