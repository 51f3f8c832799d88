// Verifies by RFC 5849 section 3.2, in the order of the contract:
//   shape → version, method known, PLAINTEXT under TLS → timestamp → consumer, its methods → token
//   → signature → body hash → state of consumer and token.
// The statement that acts on the request claims the nonce after that (nonces/nonce-claim.ts), so only a request
// with a valid signature spends its nonce.
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { noteConsumer, noteHint } from '../http/request-notes.js';
import { Metrics } from '../metrics/metrics.js';
import type { CompatibilityFlag } from '../protocol/compatibility.js';
import { OAuthProblem, signatureInvalid } from '../protocol/oauth-problem.js';
import type { ProtocolParameters } from '../protocol/protocol-parameters.js';
import { assertWithinWindow } from '../protocol/timestamp.js';
import { accessTokenSecret, withinConsumer, type AccessToken } from '../tokens/access-token.js';
import { Credentials, type FoundCredentials, type Source } from '../tokens/credentials.js';
import { SignatureUses } from '../tokens/signature-uses.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import {
  temporaryCredentialsSecret,
  type TemporaryCredentials,
} from '../tokens/temporary-credentials.js';
import { VerifierMissing } from './disclosure.js';
import type { EndpointRules } from './endpoint-rules.js';
import { FlagSearchBudget } from './flag-search-budget.js';
import {
  collectAsConsumerMay,
  readProtocolAsConsumerMay,
  type CollectedRequest,
  type RequestReading,
} from './request-reading.js';
import type { SignedRequest } from './signed-request.js';
import { padsTiming, padToNextStep } from './timing-padding.js';
import { SignatureCheck, type SignatureOutcome } from './signature-check.js';
import { SignatureExplanation } from './signature-explanation.js';
import { VerificationKeyRing, type SealedTokenSecret } from './verification-keys.js';
import { assertActive } from './assert-active.js';
import { assertBodyHash, assertConsumer, assertToken } from './verdict-rules.js';
import type { VerifiedRequest } from './verified-request.js';

type Token = TemporaryCredentials | AccessToken;

const VERIFIER = 'oauth_verifier';

/** Decides whether a signed request is genuine and its credentials may be used. */
@Injectable()
export class RequestVerifier {
  private readonly flagSearches = new FlagSearchBudget();

  constructor(
    private readonly credentials: Credentials,
    private readonly keyRing: VerificationKeyRing,
    private readonly clock: DatabaseClock,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
    private readonly uses: SignatureUses,
    private readonly explanation: SignatureExplanation,
  ) {}

  private readonly flagsOf = (consumerKey: string): Promise<readonly CompatibilityFlag[]> =>
    this.credentials.flagsOf(consumerKey, 'memory');

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
    const collected = await collectAsConsumerMay(request, this.flagsOf);
    try {
      return await this.judgeWhole(request, collected, rules);
    } catch (error) {
      if (!isVerifierMissing(error)) throw error;
      return await this.judgeDenied(request, collected, rules);
    }
  }

  /**
   * Clients that cannot handle a denial still request the exchange, without a verifier. A client that proves that
   * it has the credentials learns of the denial; every other client learns only that the verifier is missing.
   */
  private async judgeDenied(
    request: SignedRequest,
    collectedRequest: CollectedRequest,
    rules: EndpointRules,
  ): Promise<VerifiedRequest> {
    const required = rules.required.filter((name) => name !== VERIFIER);
    let verified: VerifiedRequest;
    try {
      verified = await this.judgeWhole(request, collectedRequest, { ...rules, required });
    } catch (error) {
      throw error instanceof OAuthProblem ? new VerifierMissing() : error;
    }
    if (!verified.temporaryCredentials?.denied) throw new VerifierMissing();
    return verified;
  }

  private async judgeWhole(
    request: SignedRequest,
    collectedRequest: CollectedRequest,
    rules: EndpointRules,
  ): Promise<VerifiedRequest> {
    const reading = await readProtocolAsConsumerMay(collectedRequest, rules, this.flagsOf);
    const { protocol, collected } = reading;
    this.assertTimely(protocol);
    const check = new SignatureCheck(
      request,
      reading,
      this.keyRing,
      await this.keyRing.decoyForOneRequest(),
      this.flagSearches,
    );
    // Checked before any refusal, so that an unknown consumer is not refused sooner than a wrong signature.
    const { found, outcome } = await this.checkSignature(check, protocol, rules);
    const hint = outcome.holds
      ? undefined
      : this.explanation.of(
          request,
          collected.parameters,
          protocol,
          check.keysOf(found.consumer, sealedSecret(protocol, found.token, rules)),
        );

    if (found.consumer) noteConsumer(request.source, found.consumer.consumerKey);
    const consumer = assertConsumer(found.consumer, protocol, this.clock.nowSeconds());
    assertToken(protocol, rules, found, consumer, outcome.holds);
    if (!outcome.holds) {
      if (hint) {
        this.uses.noteHint(consumer.consumerKey, hint.code);
        noteHint(request.source, hint.code);
      }
      throw signatureInvalid(hint);
    }
    assertBodyHash(protocol, request.body, reading.isForm);
    assertActive(consumer, found.token, request.clientAddress, this.clock.nowSeconds());
    this.noteUses(consumer, reading, outcome);
    return verifiedRequest(request, reading, rules, { consumer, token: found.token }, outcome);
  }

  /**
   * Checks the signature against the cached credentials. If it does not hold, checks it against those in the
   * database, so that a cached consumer is not refused sooner than others. Computes the signature again only if the
   * credentials differ.
   */
  private async checkSignature(
    check: SignatureCheck,
    protocol: ProtocolParameters,
    rules: EndpointRules,
  ): Promise<{ found: FoundCredentials<Token>; outcome: SignatureOutcome }> {
    const against = ({ consumer, token }: FoundCredentials<Token>): SignatureOutcome =>
      check.against(consumer, sealedSecret(protocol, token, rules), this.clock.nowSeconds());
    const remembered = await this.find(protocol, rules, 'memory');
    const outcome = against(remembered);
    if (outcome.holds || !remembered.fromMemory) return { found: remembered, outcome };
    const found = await this.find(protocol, rules, 'store');
    return { found, outcome: isSameFind(found, remembered) ? outcome : against(found) };
  }

  private noteUses(
    consumer: SigningConsumer,
    { protocol, collected }: RequestReading,
    { byPrevious, byFlag }: SignatureOutcome,
  ): void {
    const { consumerKey } = consumer;
    this.uses.note(consumerKey, protocol.signatureMethod, byPrevious);
    for (const flag of collected.needed) this.uses.noteFlag(consumerKey, flag);
    if (byFlag !== undefined) this.uses.noteFlag(consumerKey, byFlag);
  }

  private assertTimely({ timestamp }: ProtocolParameters): void {
    if (timestamp === undefined) return;
    const nowSeconds = this.clock.nowSeconds();
    this.metrics.clientClockSkew(timestamp - nowSeconds);
    assertWithinWindow(timestamp, nowSeconds, this.settings.timestampWindowSeconds);
  }

  /** At most one round trip to the database, for every endpoint. */
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

/** The verified form of a genuine request. */
function verifiedRequest(
  request: SignedRequest,
  { uri, query, isForm, collected, protocol }: RequestReading,
  rules: EndpointRules,
  { consumer, token }: { consumer: SigningConsumer; token: Token | undefined },
  { signedNonce }: SignatureOutcome,
): VerifiedRequest {
  return {
    consumer,
    temporaryCredentials: rules.token === 'temporary' ? (token as TemporaryCredentials) : undefined,
    accessToken:
      rules.token === 'access' && token !== undefined
        ? withinConsumer(token as AccessToken, consumer)
        : undefined,
    protocol: signedNonce === undefined ? protocol : { ...protocol, nonce: signedNonce },
    parameters: collected.parameters,
    clientAddress: request.clientAddress,
    method: request.method,
    url: query === '' && !request.target.endsWith('?') ? uri : `${uri}?${query}`,
    // PLAINTEXT signs nothing (RFC 5849 section 3.4.4).
    bodyVerified:
      protocol.signatureMethod.family !== 'plaintext' &&
      ((isForm && request.body !== undefined) || protocol.bodyHash !== undefined),
  };
}

const isSameFind = (one: FoundCredentials<Token>, other: FoundCredentials<Token>): boolean =>
  isDeepStrictEqual([one.consumer, one.token], [other.consumer, other.token]);

const isVerifierMissing = (error: unknown): boolean =>
  error instanceof OAuthProblem &&
  error.code === 'parameter_absent' &&
  error.parameters?.join() === VERIFIER;

/** The sealed secret of the request's token, for VerificationKeyRing. */
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
