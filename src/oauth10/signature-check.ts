import type { CompatibilityFlag } from '../protocol/compatibility.js';
import { signatureUnderFlag } from '../protocol/hints/signature-hint.js';
import type { Parameter } from '../protocol/parameter.js';
import { signatureBaseString } from '../protocol/signature-base-string.js';
import { isBodyHashUnencoded } from '../protocol/unencoded-body-hash.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import type { DecoySecrets } from './decoy.js';
import type { FlagSearchBudget } from './flag-search-budget.js';
import { refusedRequest } from './refused-request.js';
import { hasForm, type RequestReading } from './request-reading.js';
import type { SignedRequest } from './signed-request.js';
import type {
  SealedTokenSecret,
  VerificationKeyRing,
  VerificationKeys,
} from './verification-keys.js';

/** Whether the signature holds, and by what that is not as usual. */
export interface SignatureOutcome {
  readonly holds: boolean;
  /** By the consumer's secret before the present one. */
  readonly byPrevious: boolean;
  /** By a mistake, or an empty secret, that the consumer may keep. */
  readonly byFlag: CompatibilityFlag | undefined;
  /**
   * The nonce as it was signed, where a flag reads it otherwise than it was sent. This one is claimed: one
   * signature may be sent with several nonces that are all read as this.
   */
  readonly signedNonce?: string | undefined;
}

const BODY_HASH = 'oauth_body_hash';
const FAILS: SignatureOutcome = { holds: false, byPrevious: false, byFlag: undefined };

/** One way to put the base string together. */
interface BaseStringForm {
  readonly parameters: readonly Parameter[];
  /** The name of which the value was signed as it was sent. */
  readonly unencodedName: string | undefined;
}

/**
 * Checks the signature of one request, against as many finds as there are. What depends on the request alone
 * is computed once; what depends on the find, for unknown credentials as for known ones, with the decoy's.
 */
export class SignatureCheck {
  private readonly baseStrings = new Map<BaseStringForm, string>();
  private readonly forms: readonly BaseStringForm[];

  constructor(
    private readonly request: SignedRequest,
    private readonly reading: RequestReading,
    private readonly keyRing: VerificationKeyRing,
    private readonly decoy: DecoySecrets,
    /** Left out for staff, who may search as they like. */
    private readonly flagSearches?: FlagSearchBudget,
  ) {
    this.forms = formsOf(request, reading);
  }

  /** What was signed, were everything as RFC 5849 has it; empty for PLAINTEXT, which signs nothing. */
  get usualBaseString(): string {
    const [usual] = this.forms;
    return usual && this.reading.protocol.signatureMethod.family !== 'plaintext'
      ? this.baseString(usual)
      : '';
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
    const { signatureMethod, signature } = this.reading.protocol;
    if (!signatureMethod.fits(signature)) return FAILS;
    for (const form of this.forms) {
      const outcome = this.underForm(form, consumer, token, nowSeconds);
      if (outcome.holds) return outcome;
    }
    if (consumer === undefined || consumer.compatibility.length === 0) return FAILS;
    const { consumerKey } = consumer;
    if (this.flagSearches?.isSpent(consumerKey)) return FAILS;
    const startedAt = performance.now();
    const outcome = this.underFlags(consumer, token, nowSeconds);
    if (!outcome.holds) this.flagSearches?.spend(consumerKey, performance.now() - startedAt);
    return outcome;
  }

  /** The keys of the find, as they are checked with; the decoy's where something is unknown. */
  keysOf(
    consumer: SigningConsumer | undefined,
    token: SealedTokenSecret | 'none' | undefined,
  ): VerificationKeys {
    const { family } = this.reading.protocol.signatureMethod;
    return this.unlessEmpty(this.keyRing.open(family, consumer, token, this.decoy), consumer);
  }

  private underForm(
    form: BaseStringForm,
    consumer: SigningConsumer | undefined,
    token: SealedTokenSecret | 'none' | undefined,
    nowSeconds: number,
  ): SignatureOutcome {
    const { signatureMethod } = this.reading.protocol;
    const baseString = signatureMethod.family === 'plaintext' ? '' : this.baseString(form);
    const keys = this.keysOf(consumer, token);
    if (this.verifies(keys, baseString)) {
      return { holds: true, byPrevious: false, byFlag: flagOfSecret(keys) };
    }
    if (signatureMethod.family === 'rsa') return FAILS;
    // For every consumer, so that the work doesn't tell which one is changing its secret.
    const previous = this.previousKeys(consumer, keys, nowSeconds);
    return this.verifies(previous, baseString)
      ? { holds: true, byPrevious: true, byFlag: flagOfSecret(previous) }
      : FAILS;
  }

  private verifies(keys: VerificationKeys, baseString: string): boolean {
    const { signatureMethod, signature } = this.reading.protocol;
    // Written out: spreading the keys showed in profiles (docs/adr/0063).
    const { consumerSecret, tokenSecret, rsaPublicKey, genuine } = keys;
    const input = { baseString, signature, consumerSecret, tokenSecret, rsaPublicKey };
    // The decoy's keys cost the same work.
    return signatureMethod.verify(input) && genuine;
  }

  /** Each mistake that the consumer may keep, with its present secret and the one before. */
  private underFlags(
    consumer: SigningConsumer,
    token: SealedTokenSecret | 'none' | undefined,
    nowSeconds: number,
  ): SignatureOutcome {
    const { signatureMethod: method, signature, token: sent } = this.reading.protocol;
    const present = this.keysOf(consumer, token);
    const previous = this.previousKeys(consumer, present, nowSeconds);
    for (const keys of method.family === 'rsa' ? [present] : [present, previous]) {
      if (!keys.genuine) continue;
      const { parameters } = this.reading.collected;
      const refused = refusedRequest(this.request, parameters, sent, keys, undefined);
      const { rsaPublicKey } = keys;
      for (const byFlag of consumer.compatibility) {
        const flagged = signatureUnderFlag(byFlag, refused, { method, signature, rsaPublicKey });
        if (flagged === undefined) continue;
        return { holds: true, byPrevious: keys === previous, byFlag, signedNonce: flagged.nonce };
      }
    }
    return FAILS;
  }

  private previousKeys(
    consumer: SigningConsumer | undefined,
    keys: VerificationKeys,
    nowSeconds: number,
  ): VerificationKeys {
    const before = this.keyRing.previousSecret(consumer, nowSeconds, this.decoy);
    const genuine = keys.genuine && before.genuine;
    return this.unlessEmpty({ ...keys, consumerSecret: before.secret, genuine }, consumer);
  }

  /**
   * An empty secret proves nothing: it counts for PLAINTEXT alone, and only while the consumer has the flag. The
   * rules of registration hold the present secret to that, but not the one that a rotation left behind.
   */
  private unlessEmpty(
    keys: VerificationKeys,
    consumer: SigningConsumer | undefined,
  ): VerificationKeys {
    if (flagOfSecret(keys) === undefined) return keys;
    const isLetIn =
      this.reading.protocol.signatureMethod.family === 'plaintext' &&
      consumer?.compatibility.includes('empty_secret') === true;
    return { ...keys, genuine: keys.genuine && isLetIn };
  }

  private baseString(form: BaseStringForm): string {
    const known = this.baseStrings.get(form);
    if (known !== undefined) return known;
    const baseString = signatureBaseString(
      this.request.method,
      this.reading.uri,
      form.parameters,
      form.unencodedName,
    );
    this.baseStrings.set(form, baseString);
    return baseString;
  }
}

/** The flag without which the secret holds for nothing. */
const flagOfSecret = ({ consumerSecret }: VerificationKeys): CompatibilityFlag | undefined =>
  consumerSecret === '' ? 'empty_secret' : undefined;

/** As RFC 5849 has it first, then what else may have been signed. */
function formsOf(request: SignedRequest, reading: RequestReading): BaseStringForm[] {
  const { collected } = reading;
  const { parameters, signedOnce } = collected;
  const asSent =
    !hasForm(reading, request) && isBodyHashUnencoded(collected, request.authorization);
  return [
    { parameters, unencodedName: undefined },
    ...(asSent ? [{ parameters, unencodedName: BODY_HASH }] : []),
    ...(signedOnce ? [{ parameters: signedOnce, unencodedName: undefined }] : []),
  ];
}
