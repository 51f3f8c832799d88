import type { Settings } from '../config/settings.js';
import { OAuthProblem, oauthProblem, signatureMethodRejected } from '../protocol/oauth-problem.js';

/** The consumer exists and did not register this method, which tells that it exists. */
export class MethodNotRegistered extends OAuthProblem {
  constructor() {
    const { extra } = signatureMethodRejected();
    super('signature_method_rejected', { extra, detail: 'not registered for the consumer' });
  }
}

/**
 * What leaves the process of a problem. With OAUTH_PROBLEM_DETAIL=uniform, whoever guesses keys and
 * tokens learns only that the signature is not valid.
 */
export function disclosedProblem(
  problem: OAuthProblem,
  { problemDetail }: Pick<Settings, 'problemDetail'>,
): OAuthProblem {
  const tellsWhatExists =
    problem.code === 'consumer_key_unknown' ||
    problem.code === 'token_rejected' ||
    problem instanceof MethodNotRegistered;
  return problemDetail === 'uniform' && tellsWhatExists
    ? oauthProblem('signature_invalid')
    : problem;
}
