// RFC 5849 section 3.2, in the order of the contract:
//   shape → version, method known, PLAINTEXT under TLS → timestamp → consumer, its methods → token
//   → signature → body hash → state of consumer and token.
// The nonce comes after, in the statement that acts on the request (nonces/nonce-claim.ts): it is
// spent only by a request whose signature holds.
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { noteClaimedConsumer, noteConsumer } from '../http/request-notes.js';
import { Metrics } from '../metrics/metrics.js';
import { baseStringUri, splitTarget } from '../protocol/base-string-uri.js';
import { bodyHashMatches } from '../protocol/body-hash.js';
import { isFormContent } from '../protocol/form-content.js';
import {
  OAuthProblem,
  oauthProblem,
  parameterRejected,
  signatureInvalid,
} from '../protocol/oauth-problem.js';
import {
  readProtocolParameters,
  type ProtocolParameters,
} from '../protocol/protocol-parameters.js';
import { collectRequestParameters } from '../protocol/request-parameters.js';
import { assertWithinWindow } from '../protocol/timestamp.js';
import { isWeak } from '../protocol/weak-signature-methods.js';
import { SecretBox } from '../secrets/secret-box.js';
import { accessTokenSecret, withinConsumer, type AccessToken } from '../tokens/access-token.js';
import { Credentials, type FoundCredentials, type Source } from '../tokens/credentials.js';
import { SignatureUses } from '../tokens/signature-uses.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import {
  temporaryCredentialsSecret,
  type TemporaryCredentials,
} from '../tokens/temporary-credentials.js';
import { MethodNotRegistered, TokenMissing, VerifierMissing } from './disclosure.js';
import type { EndpointRules } from './endpoint-rules.js';
import type { SignedRequest } from './signed-request.js';
import { padsTiming, padToNextStep } from './timing-padding.js';
import { SignatureCheck, type SignatureOutcome } from './signature-check.js';
import { SignatureExplanation } from './signature-explanation.js';
import { SigningKeyRing, type SealedTokenSecret } from './signing-keys.js';
import { assertActive } from './assert-active.js';
import type { VerifiedRequest } from './verified-request.js';

type Token = TemporaryCredentials | AccessToken;

const VERIFIER = 'oauth_verifier';

/** Says whether a signed request is genuine and its credentials good. */
@Injectable()
export class RequestVerifier {
  private readonly keyRing: SigningKeyRing;

  constructor(
    private readonly credentials: Credentials,
    secrets: SecretBox,
    private readonly clock: DatabaseClock,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
    private readonly uses: SignatureUses,
    private readonly explanation: SignatureExplanation,
  ) {
    this.keyRing = new SigningKeyRing(secrets);
  }

  /**
   * Verifies a request by the rules of one endpoint.
   *
   * @throws OAuthProblem for the first rule that it breaks; StoreUnavailable
   */
  async verify(request: SignedRequest, rules: EndpointRules): Promise<VerifiedRequest> {
    const startedAt = performance.now();
    try {
      return await this.judge(request, rules);
    } catch (error) {
      if (error instanceof OAuthProblem && padsTiming(error)) await padToNextStep(startedAt);
      throw error;
    }
  }

  private async judge(request: SignedRequest, rules: EndpointRules): Promise<VerifiedRequest> {
    try {
      return await this.judgeWhole(request, rules);
    } catch (error) {
      if (!isVerifierMissing(error)) throw error;
      return await this.judgeDenied(request, rules);
    }
  }

  /**
   * Clients that know no denial come to the exchange all the same, without a verifier. Who proves that
   * the credentials are theirs is told of the denial; everybody else, that the verifier is missing.
   */
  private async judgeDenied(
    request: SignedRequest,
    rules: EndpointRules,
  ): Promise<VerifiedRequest> {
    const required = rules.required.filter((name) => name !== VERIFIER);
    let verified: VerifiedRequest;
    try {
      verified = await this.judgeWhole(request, { ...rules, required });
    } catch (error) {
      throw error instanceof OAuthProblem ? new VerifierMissing() : error;
    }
    if (!verified.temporaryCredentials?.denied) throw new VerifierMissing();
    return verified;
  }

  private async judgeWhole(request: SignedRequest, rules: EndpointRules): Promise<VerifiedRequest> {
    const { path, query } = splitTarget(request.target);
    const uri = baseStringUri({ ...request, path });
    const isForm = isFormContent(request.contentType);
    const collected = collectRequestParameters({
      authorization: request.authorization,
      query,
      formBody: isForm ? request.body?.toString('latin1') : undefined,
    });
    const { parameters } = collected;
    const claimed = collected.protocol.get('oauth_consumer_key');
    if (claimed) noteClaimedConsumer(request.source, claimed);
    const protocol = readProtocolParameters(collected, rules, request.scheme);
    this.assertTimely(protocol);

    const hasForm = isForm && request.body !== undefined && request.body.length > 0;
    const { method, authorization } = request;
    const check = new SignatureCheck(
      { method, uri, collected, protocol, authorization, hasForm },
      this.keyRing,
      await this.keyRing.decoyForOneRequest(),
    );
    const checkAgainst = (from: FoundCredentials<Token>): SignatureOutcome =>
      check.against(
        from.consumer,
        sealedSecret(protocol, from.token, rules),
        this.clock.nowSeconds(),
      );
    // Computed before anything is refused: who is unknown is told no sooner than who signs wrongly.
    // Nor is who is remembered: no signature is refused without a look into the store, and what it finds is
    // computed with only where it is something else.
    let found = await this.find(protocol, rules, 'memory');
    let { holds, byPrevious } = checkAgainst(found);
    if (!holds && found.fromMemory) {
      const remembered = found;
      found = await this.find(protocol, rules, 'store');
      if (!isSameFind(found, remembered)) ({ holds, byPrevious } = checkAgainst(found));
    }

    // Searched for unknown keys, too, so that neither the work nor the time tells them apart.
    const hint = holds
      ? undefined
      : this.explanation.of(
          request,
          parameters,
          protocol,
          check.keysOf(found.consumer, sealedSecret(protocol, found.token, rules)),
        );

    if (found.consumer) noteConsumer(request.source, found.consumer.consumerKey);
    const consumer = assertConsumer(found.consumer, protocol, this.clock.nowSeconds());
    assertToken(protocol, rules, found, consumer, holds);
    if (!holds) throw signatureInvalid(hint);
    assertBodyHash(protocol, request.body, isForm);
    assertActive(consumer, found.token, request.clientAddress, this.clock.nowSeconds());
    this.uses.note(consumer.consumerKey, protocol.signatureMethod, byPrevious);

    return {
      consumer,
      temporaryCredentials:
        rules.token === 'temporary' ? (found.token as TemporaryCredentials) : undefined,
      accessToken:
        rules.token === 'access' && found.token !== undefined
          ? withinConsumer(found.token as AccessToken, consumer)
          : undefined,
      protocol,
      parameters,
      clientAddress: request.clientAddress,
      method: request.method,
      url: query === '' && !request.target.endsWith('?') ? uri : `${uri}?${query}`,
      bodyVerified: (isForm && request.body !== undefined) || protocol.bodyHash !== undefined,
    };
  }

  private assertTimely({ timestamp }: ProtocolParameters): void {
    if (timestamp === undefined) return;
    const nowSeconds = this.clock.nowSeconds();
    this.metrics.clientClockSkew(timestamp - nowSeconds);
    assertWithinWindow(timestamp, nowSeconds, this.settings.timestampWindowSeconds);
  }

  /** One round trip at most, whatever the endpoint. */
  private find(
    { consumerKey, token }: ProtocolParameters,
    rules: EndpointRules,
    source: Source,
  ): Promise<FoundCredentials<Token>> {
    if (rules.token === 'none' || token === undefined) {
      return this.credentials.findConsumer(consumerKey, source);
    }
    if (rules.token === 'temporary') {
      return this.credentials.findTemporaryCredentials(consumerKey, token);
    }
    return this.credentials.findAccessToken(consumerKey, token, source);
  }
}

const isSameFind = (one: FoundCredentials<Token>, other: FoundCredentials<Token>): boolean =>
  isDeepStrictEqual([one.consumer, one.token], [other.consumer, other.token]);

const isVerifierMissing = (error: unknown): boolean =>
  error instanceof OAuthProblem &&
  error.code === 'parameter_absent' &&
  error.parameters?.join() === VERIFIER;

/** The secret of the token that the request sends, for SigningKeyRing. */
function sealedSecret(
  { token: sent }: ProtocolParameters,
  token: Token | undefined,
  rules: EndpointRules,
): SealedTokenSecret | 'none' | undefined {
  if (sent === undefined) return 'none';
  if (token === undefined) return undefined;
  const place = rules.token === 'temporary' ? temporaryCredentialsSecret : accessTokenSecret;
  return { sealed: token.secret, place: place(token.token) };
}

function assertConsumer(
  consumer: SigningConsumer | undefined,
  { signatureMethod }: ProtocolParameters,
  nowSeconds: number,
): SigningConsumer {
  if (!consumer) throw oauthProblem('consumer_key_unknown');
  const weakUntil = consumer.weakSignaturesUntilSeconds;
  const takesWeak = weakUntil === null || weakUntil > nowSeconds;
  const acceptable = consumer.signatureMethods.filter((name) => takesWeak || !isWeak({ name }));
  if (!acceptable.includes(signatureMethod.name)) throw new MethodNotRegistered(acceptable);
  return consumer;
}

function assertToken(
  protocol: ProtocolParameters,
  rules: EndpointRules,
  { token }: FoundCredentials<Token>,
  consumer: SigningConsumer,
  signatureHolds: boolean,
): void {
  if (rules.token === 'none') return;
  if (protocol.token === undefined) {
    // Two-legged: RFC 5849 section 3.1 lets the token out; the consumer must be marked for it.
    if (!consumer.twoLegged) throw new TokenMissing(signatureHolds);
  } else if (!token) {
    throw oauthProblem('token_rejected');
  }
}

/**
 * The hash covers bodies that the signature does not. On a form, which the signature covers itself,
 * it has no place, unless the form is empty: some clients hash every body they have not.
 */
function assertBodyHash(
  { bodyHash }: ProtocolParameters,
  body: Buffer | undefined,
  isForm: boolean,
): void {
  if (bodyHash === undefined) return;
  if (isForm && body !== undefined && body.length > 0) {
    throw parameterRejected(['oauth_body_hash'], 'Leave oauth_body_hash out of a form request.');
  }
  if (body === undefined || !bodyHashMatches(bodyHash, body)) {
    throw parameterRejected(['oauth_body_hash'], 'oauth_body_hash does not match the body.');
  }
}
