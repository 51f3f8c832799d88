import type { Settings } from '../config/settings.js';
import {
  OAuthProblem,
  oauthProblem,
  parameterAbsent,
  signatureMethodRejected,
} from '../protocol/oauth-problem.js';
import type { SignatureMethodName } from '../protocol/signature-methods.js';

/** The consumer exists and did not register this method, which reveals that it exists. */
export class MethodNotRegistered extends OAuthProblem {
  /** @param acceptable the consumer's own methods, as far as they are taken now */
  constructor(acceptable: readonly SignatureMethodName[]) {
    const { extra } = signatureMethodRejected(acceptable);
    super('signature_method_rejected', { extra, detail: 'not registered for the consumer' });
  }
}

/**
 * The consumer exists and may not come without a token, which tells that it exists: to whoever
 * proves to be the consumer, and with OAUTH_PROBLEM_DETAIL=uniform to nobody else. Why the token is
 * needed, only the former is told.
 */
export class TokenMissing extends OAuthProblem {
  constructor(readonly signatureHolds: boolean) {
    const { status, extra, parameters = [] } = parameterAbsent(['oauth_token'], true);
    super('parameter_absent', {
      status,
      extra,
      parameters,
      detail: 'the consumer is not two-legged',
      ...(signatureHolds && {
        advice:
          'Sign with an access token. This consumer may not sign without one: only those registered with twoLegged may.',
      }),
    });
  }
}

/**
 * The exchange came without a verifier, which was told only after all the rest was looked at: in the time
 * of a signature that does not hold.
 */
export class VerifierMissing extends OAuthProblem {
  constructor() {
    const { status, extra, parameters = [] } = parameterAbsent(['oauth_verifier'], true);
    super('parameter_absent', { status, extra, parameters });
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
  const revealsExistence =
    problem.code === 'consumer_key_unknown' ||
    problem.code === 'token_rejected' ||
    problem instanceof MethodNotRegistered ||
    (problem instanceof TokenMissing && !problem.signatureHolds);
  return problemDetail === 'uniform' && revealsExistence
    ? oauthProblem('signature_invalid')
    : problem;
}
