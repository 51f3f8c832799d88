import type { KeyObject } from 'node:crypto';
import { isFormContent } from '../../src/protocol/form-content.js';
import { baseStringUri, splitTarget } from '../../src/protocol/base-string-uri.js';
import { OAuthProblem } from '../../src/protocol/oauth-problem.js';
import { readProtocolParameters } from '../../src/protocol/protocol-parameters.js';
import { collectRequestParameters } from '../../src/protocol/request-parameters.js';
import { signatureBaseString } from '../../src/protocol/signature-base-string.js';
import type { Judgement } from './judgement.js';
import type { Credentials, WireRequest } from './wire-request.js';

/**
 * The pure part of src/oauth10/request-verifier.ts: without clock, nonces and TLS rules, and with one consumer and
 * one token instead of stores.
 */
export function ourJudgement(
  request: WireRequest,
  credentials: Credentials,
  rsaPublicKey: KeyObject,
): Judgement {
  try {
    const { path, query } = splitTarget(request.target);
    const uri = baseStringUri({ ...request, path });
    const collected = collectRequestParameters({
      authorization: request.authorization,
      query,
      formBody: isFormContent(request.contentType) ? request.body : undefined,
    });
    const protocol = readProtocolParameters(collected, { required: [] }, 'https');
    const baseString = signatureBaseString(request.method, uri, collected.parameters);
    const known =
      protocol.consumerKey === credentials.consumerKey &&
      (protocol.token === undefined || protocol.token === credentials.token);
    const holds = protocol.signatureMethod.verify({
      baseString,
      signature: protocol.signature,
      consumerSecret: credentials.consumerSecret,
      tokenSecret: protocol.token === undefined ? '' : credentials.tokenSecret,
      rsaPublicKey,
    });
    const verdict = known && holds ? 'genuine' : 'not genuine';
    return { verdict, baseString, detail: known ? '' : 'unknown consumer or token' };
  } catch (error) {
    if (!(error instanceof OAuthProblem)) throw error;
    return {
      verdict: 'malformed',
      baseString: undefined,
      detail: `${error.code} ${error.message}`,
    };
  }
}
