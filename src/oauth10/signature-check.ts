import {
  normalizeRequestParameters,
  type CollectedParameters,
} from '../protocol/request-parameters.js';
import type { ProtocolParameters } from '../protocol/protocol-parameters.js';
import { signatureBaseString } from '../protocol/signature-base-string.js';
import { isBodyHashUnencoded } from '../protocol/unencoded-body-hash.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import type { DecoySecrets } from './decoy.js';
import type { SealedTokenSecret, SigningKeyRing, SigningKeys } from './signing-keys.js';

/** What of a request is signed, read. */
export interface SignedReading {
  readonly method: string;
  /** See baseStringUri. */
  readonly uri: string;
  readonly collected: CollectedParameters;
  readonly protocol: ProtocolParameters;
  /** The Authorization header, raw. */
  readonly authorization: string | undefined;
  /** Whether the body is a form that isn't empty: no oauth_body_hash has a place beside one. */
  readonly hasForm: boolean;
}

/** Whether the signature holds, and whether by the consumer's secret before the present one. */
export interface SignatureOutcome {
  readonly holds: boolean;
  readonly byPrevious: boolean;
}

const BODY_HASH = 'oauth_body_hash';
const FAILS: SignatureOutcome = { holds: false, byPrevious: false };

/**
 * Checks the signature of one request, against as many finds as there are. What depends on the request alone
 * is computed once; what depends on the find, for unknown credentials as for known ones, with the decoy's.
 */
export class SignatureCheck {
  private readonly baseStrings = new Map<string | undefined, string>();
  /** The names of which the value may have been signed as it was sent; undefined: none of them. */
  private readonly readings: readonly (string | undefined)[];

  constructor(
    private readonly signed: SignedReading,
    private readonly keyRing: SigningKeyRing,
    private readonly decoy: DecoySecrets,
  ) {
    const { collected, authorization, hasForm } = signed;
    const asSent = !hasForm && isBodyHashUnencoded(collected, authorization);
    this.readings = asSent ? [undefined, BODY_HASH] : [undefined];
  }

  /**
   * @param token 'none' where the request has none, undefined where it is unknown
   * @param nowSeconds by the database's clock
   */
  against(
    consumer: SigningConsumer | undefined,
    token: SealedTokenSecret | 'none' | undefined,
    nowSeconds: number,
  ): SignatureOutcome {
    const { signatureMethod, signature } = this.signed.protocol;
    if (!signatureMethod.fits(signature)) return FAILS;
    for (const unencodedName of this.readings) {
      const outcome = this.underReading(unencodedName, consumer, token, nowSeconds);
      if (outcome.holds) return outcome;
    }
    return FAILS;
  }

  /** The keys of the find, as they are checked with; the decoy's where something is unknown. */
  keysOf(
    consumer: SigningConsumer | undefined,
    token: SealedTokenSecret | 'none' | undefined,
  ): SigningKeys {
    return this.keyRing.open(
      this.signed.protocol.signatureMethod.family,
      consumer,
      token,
      this.decoy,
    );
  }

  private underReading(
    unencodedName: string | undefined,
    consumer: SigningConsumer | undefined,
    token: SealedTokenSecret | 'none' | undefined,
    nowSeconds: number,
  ): SignatureOutcome {
    const { signatureMethod, signature } = this.signed.protocol;
    const baseString = signatureMethod.family === 'plaintext' ? '' : this.baseString(unencodedName);
    const keys = this.keysOf(consumer, token);
    if (signatureMethod.verify({ ...keys, baseString, signature }) && keys.genuine) {
      return { holds: true, byPrevious: false };
    }
    if (signatureMethod.family === 'rsa') return FAILS;
    // For every consumer, so that the work doesn't tell which one is changing its secret.
    const before = this.keyRing.previousSecret(consumer, nowSeconds, this.decoy);
    const previous = { ...keys, consumerSecret: before.secret, baseString, signature };
    const holds = signatureMethod.verify(previous) && keys.genuine && before.genuine;
    return { holds, byPrevious: holds };
  }

  private baseString(unencodedName: string | undefined): string {
    const known = this.baseStrings.get(unencodedName);
    if (known !== undefined) return known;
    const { method, uri, collected } = this.signed;
    const normalized = normalizeRequestParameters(collected.parameters, unencodedName);
    const baseString = signatureBaseString(method, uri, normalized);
    this.baseStrings.set(unencodedName, baseString);
    return baseString;
  }
}
