import { parameterRejected } from '../protocol/oauth-problem.js';
import type { Parameter } from '../protocol/parameter.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';

/**
 * The scopes that temporary credentials ask for: the parameter `scope`, separated by spaces, or all
 * that the consumer is allowed. OAuth 1.0 knows no scope; the name and form are OAuth 2's, as the
 * providers that added it use them.
 *
 * @throws OAuthProblem parameter_rejected for a scope that the consumer is not allowed
 */
export function requestedScopes(
  parameters: readonly Parameter[],
  consumer: SigningConsumer,
): readonly string[] {
  const asked = parameters.filter(([name]) => name === 'scope').map(([, value]) => value);
  if (asked.length === 0) return consumer.scopes;
  const [value = ''] = asked;
  const scopes = [...new Set(value.split(' ').filter((scope) => scope !== ''))];
  const allowed = scopes.every((scope) => consumer.scopes.includes(scope));
  if (asked.length > 1 || !allowed) {
    throw parameterRejected(['scope'], 'Ask once, and only for scopes allowed to this consumer.');
  }
  return scopes.length === 0 ? consumer.scopes : scopes;
}
