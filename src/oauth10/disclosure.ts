import type { Settings } from '../config/settings.js';
import {
  OAuthProblem,
  oauthProblem,
  parameterAbsent,
  signatureMethodRejected,
} from '../protocol/oauth-problem.js';

/** The consumer exists and did not register this method, which tells that it exists. */
export class MethodNotRegistered extends OAuthProblem {
  constructor() {
    const { extra } = signatureMethodRejected();
    super('signature_method_rejected', { extra, detail: 'not registered for the consumer' });
  }
}

/**
 * The consumer exists and may not come without a token, which tells that it exists: to whoever
 * proves to be the consumer, and with OAUTH_PROBLEM_DETAIL=uniform to nobody else.
 */
export class TokenMissing extends OAuthProblem {
  constructor(readonly signatureHolds: boolean) {
    const { status, extra } = parameterAbsent(['oauth_token'], true);
    super('parameter_absent', { status, extra, detail: 'the consumer is not two-legged' });
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
    problem instanceof MethodNotRegistered ||
    (problem instanceof TokenMissing && !problem.signatureHolds);
  return problemDetail === 'uniform' && tellsWhatExists
    ? oauthProblem('signature_invalid')
    : problem;
}
