// Contract section 10: what staff see of a signed request. The verdict is that of the RequestVerifier, but it
// claims no nonce, does not pad its timing and hides nothing, because staff may read everything.
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { OAuthProblem, SIGNATURE_HINT, signatureInvalid } from '../protocol/oauth-problem.js';
import type { Parameter } from '../protocol/parameter.js';
import { displayText } from '../protocol/percent-encoding.js';
import { assertWithinWindow } from '../protocol/timestamp.js';
import { accessTokenSecret } from '../tokens/access-token.js';
import { Credentials } from '../tokens/credentials.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import { temporaryCredentialsSecret } from '../tokens/temporary-credentials.js';
import { assertActive } from './assert-active.js';
import { RESOURCE } from './endpoint-rules.js';
import { placedParameters } from './refused-request.js';
import {
  collectAsConsumerMay,
  readProtocolAsConsumerMay,
  type RequestReading,
} from './request-reading.js';
import { assertBodyHash, assertConsumer, assertToken } from './verdict-rules.js';
import { SignatureCheck } from './signature-check.js';
import { SignatureExplanation } from './signature-explanation.js';
import type { SignedRequest } from './signed-request.js';
import { VerificationKeyRing, type SealedTokenSecret } from './verification-keys.js';

/** The result of the inspection. It contains no secret. */
export interface InspectedSignature {
  /** Whether the signature holds, even if something else is wrong. */
  readonly active: boolean;
  readonly problem: string | null;
  readonly advice: string | null;
  readonly hint: string | null;
  /** The base string of this service; null if nothing is signed or the request cannot be read. */
  readonly baseString: string | null;
  /** The signed parameters. */
  readonly parameters: readonly {
    readonly name: string;
    readonly value: string;
    readonly from: 'header' | 'query' | 'form';
  }[];
  /** The secrets that are part of the key. */
  readonly keyParts: readonly ('consumerSecret' | 'tokenSecret')[];
}

const UNREADABLE = { active: false, hint: null, baseString: null, parameters: [], keyParts: [] };

/** The token of a request, an access token or temporary credentials. */
interface FoundToken {
  readonly isAccessToken: boolean;
  readonly sealed: SealedTokenSecret | 'none' | undefined;
  readonly consumer: SigningConsumer | undefined;
  readonly token: Parameters<typeof assertActive>[1];
}

/** Inspects signatures for staff. */
@Injectable()
export class SignatureInspection {
  constructor(
    private readonly credentials: Credentials,
    private readonly keyRing: VerificationKeyRing,
    private readonly clock: DatabaseClock,
    private readonly settings: Settings,
    private readonly explanation: SignatureExplanation,
  ) {}

  /**
   * Checks the signature like that of a request for a protected resource. Temporary credentials are accepted as
   * well. Spends no nonce, and checks the timestamp's age only if the signature holds.
   *
   * @throws StoreUnavailable
   */
  async inspect(request: SignedRequest): Promise<InspectedSignature> {
    let reading: RequestReading;
    try {
      const flagsOf = (consumerKey: string) => this.credentials.flagsOf(consumerKey, 'store');
      const collected = await collectAsConsumerMay(request, flagsOf);
      reading = await readProtocolAsConsumerMay(collected, RESOURCE, flagsOf);
    } catch (error) {
      if (!(error instanceof OAuthProblem)) throw error;
      return { ...UNREADABLE, ...problemFields(error) };
    }
    const { protocol, collected } = reading;
    const decoy = await this.keyRing.decoyForOneRequest();
    const check = new SignatureCheck(request, reading, this.keyRing, decoy);
    const found = await this.find(protocol.consumerKey, protocol.token);
    const now = this.clock.nowSeconds();
    const { holds } = check.against(found.consumer, found.sealed, now);
    const problem = this.problemOf(request, reading, found, check, holds);
    const isPlaintext = protocol.signatureMethod.family === 'plaintext';
    return {
      active: holds,
      ...problemFields(problem),
      baseString: isPlaintext ? null : check.usualBaseString,
      parameters: shownParameters(request, collected.parameters),
      keyParts: protocol.signatureMethod.family === 'rsa' ? [] : keyPartsOf(found),
    };
  }

  private async find(consumerKey: string, token: string | undefined): Promise<FoundToken> {
    if (token === undefined) {
      const { consumer } = await this.credentials.findConsumer(consumerKey, 'store');
      return { isAccessToken: true, sealed: 'none', consumer, token: undefined };
    }
    const access = await this.credentials.findAccessToken(consumerKey, token, 'store');
    if (access.token) {
      const sealed = { sealed: access.token.secret, place: accessTokenSecret(token) };
      return { isAccessToken: true, sealed, consumer: access.consumer, token: access.token };
    }
    const temporary = await this.credentials.findTemporaryCredentials(consumerKey, token);
    const sealed = temporary.token && {
      sealed: temporary.token.secret,
      place: temporaryCredentialsSecret(token),
    };
    return { isAccessToken: false, sealed, consumer: access.consumer, token: temporary.token };
  }

  /** The first rule that the request breaks. The timestamp's age is checked after the signature. */
  private problemOf(
    request: SignedRequest,
    { protocol, collected, isForm }: RequestReading,
    found: FoundToken,
    check: SignatureCheck,
    holds: boolean,
  ): OAuthProblem | undefined {
    const now = this.clock.nowSeconds();
    try {
      const consumer = assertConsumer(found.consumer, protocol, now);
      if (found.isAccessToken || found.token === undefined) {
        assertToken(protocol, RESOURCE, found, consumer, holds);
      }
      if (!holds) {
        const keys = check.keysOf(consumer, found.sealed);
        const isPlaintext = protocol.signatureMethod.family === 'plaintext';
        throw signatureInvalid(
          isPlaintext
            ? undefined
            : this.explanation.search(request, collected.parameters, protocol, keys),
        );
      }
      if (protocol.timestamp !== undefined) {
        assertWithinWindow(protocol.timestamp, now, this.settings.timestampWindowSeconds);
      }
      assertBodyHash(protocol, request.body, isForm);
      assertActive(consumer, found.token, request.clientAddress, now);
      return undefined;
    } catch (error) {
      if (error instanceof OAuthProblem) return error;
      throw error;
    }
  }
}

const problemFields = (problem: OAuthProblem | undefined) => ({
  problem: problem?.code ?? null,
  advice: problem?.advice ?? null,
  hint: problem?.extra[SIGNATURE_HINT] ?? null,
});

/** All parameters but oauth_signature, which is not signed, and which contains the secrets in PLAINTEXT. */
function shownParameters(
  request: SignedRequest,
  parameters: readonly Parameter[],
): InspectedSignature['parameters'] {
  const { header, query, form } = placedParameters(request, parameters);
  const shown = (pairs: readonly Parameter[], from: 'header' | 'query' | 'form') =>
    pairs
      .filter(([name]) => name !== 'oauth_signature')
      .map(([name, value]) => ({ name: displayText(name), value: displayText(value), from }));
  return [...shown(header, 'header'), ...shown(query, 'query'), ...shown(form, 'form')];
}

const keyPartsOf = ({ consumer, sealed }: FoundToken): InspectedSignature['keyParts'] => [
  ...(consumer?.secret ? (['consumerSecret'] as const) : []),
  ...(sealed !== undefined && sealed !== 'none' ? (['tokenSecret'] as const) : []),
];
