import { noteClaimedConsumer } from '../http/request-notes.js';
import { baseStringUri, splitTarget } from '../protocol/base-string-uri.js';
import { NO_FLAGS, type CompatibilityFlag } from '../protocol/compatibility.js';
import { isFormContent } from '../protocol/form-content.js';
import { ForgivableProblem } from '../protocol/oauth-problem.js';
import {
  readProtocolParameters,
  type ParameterRules,
  type ProtocolParameters,
} from '../protocol/protocol-parameters.js';
import {
  collectRequestParameters,
  type CollectedParameters,
} from '../protocol/request-parameters.js';
import type { SignedRequest } from './signed-request.js';

/** The parsed parts of a request. */
export interface RequestReading {
  /** See baseStringUri. */
  readonly uri: string;
  /** Raw, without the `?`. */
  readonly query: string;
  /** Whether the body is a form, and so part of the signature. */
  readonly isForm: boolean;
  readonly collected: CollectedParameters;
  readonly protocol: ProtocolParameters;
}

/**
 * Reads a request by the rules of RFC 5849. If it breaks them, reads it again with the flags of its consumer.
 *
 * @param flagsOf returns the flags of a consumer; called only if flags could help
 * @throws OAuthProblem for a request that breaks the rules; the errors of flagsOf
 */
export async function readAsConsumerMay(
  request: SignedRequest,
  rules: ParameterRules,
  flagsOf: (consumerKey: string) => Promise<readonly CompatibilityFlag[]>,
): Promise<RequestReading> {
  try {
    return readSignedRequest(request, rules, NO_FLAGS);
  } catch (error) {
    if (!(error instanceof ForgivableProblem)) throw error;
    return readSignedRequest(request, rules, new Set(await flagsOf(error.consumerKey)));
  }
}

/** Checks the shape first, then version and method. */
function readSignedRequest(
  request: SignedRequest,
  rules: ParameterRules,
  flags: ReadonlySet<CompatibilityFlag>,
): RequestReading {
  const { path, query } = splitTarget(request.target);
  const uri = baseStringUri({ scheme: request.scheme, authority: request.authority, path });
  const isForm = isFormContent(request.contentType);
  const collected = collectRequestParameters(
    {
      authorization: request.authorization,
      query,
      formBody: isForm ? request.body?.toString('latin1') : undefined,
    },
    flags,
  );
  const claimed = collected.protocol.get('oauth_consumer_key');
  if (claimed) noteClaimedConsumer(request.source, claimed);
  const protocol = readProtocolParameters(collected, rules, request.scheme, flags);
  return { uri, query, isForm, collected, protocol };
}

/** Whether the body is a form that is not empty. Such a body needs no oauth_body_hash. */
export const hasForm = ({ isForm }: RequestReading, { body }: SignedRequest): boolean =>
  isForm && body !== undefined && body.length > 0;
