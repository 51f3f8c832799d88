import { noteClaimedConsumer } from '../http/request-notes.js';
import { baseStringUri, splitTarget } from '../protocol/base-string-uri.js';
import { NO_FLAGS, type CompatibilityFlag } from '../protocol/compatibility.js';
import { isFormContent } from '../protocol/form-content.js';
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

/** What a request says, once it is taken apart: its target and its parameters. */
export interface RequestParts {
  /** See baseStringUri. */
  readonly uri: string;
  /** Raw, without the `?`. */
  readonly query: string;
  /** Whether the body is a form, and so part of the signature. */
  readonly isForm: boolean;
  readonly collected: CollectedParameters;
}

/** A request whose shape is that of a signed one. */
export interface RequestReading extends RequestParts {
  readonly protocol: ProtocolParameters;
}

/**
 * Takes a request apart.
 *
 * @param flags of `compatibility`: what its consumer may do otherwise
 * @throws OAuthProblem parameter_rejected; ForgivableProblem where flags could let it pass
 */
export function takeApart(
  request: SignedRequest,
  flags: ReadonlySet<CompatibilityFlag> = NO_FLAGS,
): RequestParts {
  const { path, query } = splitTarget(request.target);
  const uri = baseStringUri({ ...request, path });
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
  return { uri, query, isForm, collected };
}

/**
 * Reads a request by the rules of an endpoint: shape, then version and method.
 *
 * @throws OAuthProblem for what is not as it should be; ForgivableProblem where flags could let it pass
 */
export function readSignedRequest(
  request: SignedRequest,
  rules: ParameterRules,
  flags: ReadonlySet<CompatibilityFlag> = NO_FLAGS,
): RequestReading {
  const parts = takeApart(request, flags);
  const protocol = readProtocolParameters(parts.collected, rules, request.scheme, flags);
  return { ...parts, protocol };
}

/** Whether the body is a form that isn't empty: no oauth_body_hash has a place beside one. */
export const hasForm = ({ isForm }: RequestParts, { body }: SignedRequest): boolean =>
  isForm && body !== undefined && body.length > 0;
