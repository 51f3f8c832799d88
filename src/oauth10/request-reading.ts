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

/** A request whose parameters are collected: to take a form of 64 KiB apart costs more than all that follows. */
export interface CollectedRequest extends Pick<
  RequestReading,
  'uri' | 'query' | 'isForm' | 'collected'
> {
  readonly scheme: SignedRequest['scheme'];
  /** The flags of its consumer, if the request needed them. */
  readonly flags: ReadonlySet<CompatibilityFlag>;
}

/** Returns the flags of a consumer; called only if flags could help. */
type FlagsOf = (consumerKey: string) => Promise<readonly CompatibilityFlag[]>;

/**
 * Collects the parameters of a request by the rules of RFC 5849; if it breaks them, by the flags of its consumer.
 *
 * @throws OAuthProblem for a request that breaks the rules; the errors of flagsOf
 */
export async function collectAsConsumerMay(
  request: SignedRequest,
  flagsOf: FlagsOf,
): Promise<CollectedRequest> {
  const { scheme, authority, authorization, contentType, body } = request;
  const { path, query } = splitTarget(request.target);
  const uri = baseStringUri({ scheme, authority, path });
  const isForm = isFormContent(contentType);
  const sources = { authorization, query, formBody: isForm ? body?.toString('latin1') : undefined };
  let flags: ReadonlySet<CompatibilityFlag> = NO_FLAGS;
  let collected: CollectedParameters;
  try {
    collected = collectRequestParameters(sources, flags);
  } catch (error) {
    flags = await flagsFor(error, flagsOf);
    collected = collectRequestParameters(sources, flags);
  }
  const claimed = collected.protocol.get('oauth_consumer_key');
  if (claimed) noteClaimedConsumer(request.source, claimed);
  return { scheme, uri, query, isForm, collected, flags };
}

/**
 * Reads the protocol parameters: their shape, then version and method. Flags are asked for at most once a request.
 *
 * @throws as collectAsConsumerMay does
 */
export async function readProtocolAsConsumerMay(
  request: CollectedRequest,
  rules: ParameterRules,
  flagsOf: FlagsOf,
): Promise<RequestReading> {
  const { scheme, uri, query, isForm, collected, flags } = request;
  let protocol: ProtocolParameters;
  try {
    protocol = readProtocolParameters(collected, rules, scheme, flags);
  } catch (error) {
    if (flags !== NO_FLAGS) throw error;
    protocol = readProtocolParameters(collected, rules, scheme, await flagsFor(error, flagsOf));
  }
  return { uri, query, isForm, collected, protocol };
}

/** @throws the error, if no flag could forgive it */
async function flagsFor(error: unknown, flagsOf: FlagsOf): Promise<ReadonlySet<CompatibilityFlag>> {
  if (!(error instanceof ForgivableProblem)) throw error;
  return new Set(await flagsOf(error.consumerKey));
}

/** Whether the body is a form that is not empty. Such a body needs no oauth_body_hash. */
export const hasForm = ({ isForm }: RequestReading, { body }: SignedRequest): boolean =>
  isForm && body !== undefined && body.length > 0;
