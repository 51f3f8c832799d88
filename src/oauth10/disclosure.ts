import type { Settings } from '../config/settings.js';
import {
  OAuthProblem,
  oauthProblem,
  parameterAbsent,
  signatureMethodRejected,
} from '../protocol/oauth-problem.js';
import type { SignatureMethodName } from '../protocol/signature-methods.js';

/** The consumer exists but did not register this method. The refusal reveals that it exists. */
export class MethodNotRegistered extends OAuthProblem {
  /** @param acceptable those of the consumer's own methods that are accepted now */
  constructor(acceptable: readonly SignatureMethodName[]) {
    const { extra } = signatureMethodRejected(acceptable);
    super('signature_method_rejected', { extra, detail: 'not registered for the consumer' });
  }
}

/**
 * The consumer exists but must sign with a token. The refusal reveals that it exists. With
 * OAUTH_PROBLEM_DETAIL=uniform, only a client with a valid signature gets it. The advice, which gives the reason,
 * is always only for a client with a valid signature.
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
 * The exchange had no verifier. This refusal comes after all other checks, so it takes the same time as one for a
 * wrong signature.
 */
export class VerifierMissing extends OAuthProblem {
  constructor() {
    const { status, extra, parameters = [] } = parameterAbsent(['oauth_verifier'], true);
    super('parameter_absent', { status, extra, parameters });
  }
}

/**
 * What the response reveals of a problem. With OAUTH_PROBLEM_DETAIL=uniform, a client that guesses keys and tokens
 * learns only that the signature is not valid.
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
