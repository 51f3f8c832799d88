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

/** Whether the signature holds, and how it differs from a usual one. */
export interface SignatureOutcome {
  readonly holds: boolean;
  /** With the consumer's previous secret. */
  readonly byPrevious: boolean;
  /** With a mistake, or an empty secret, that a compatibility flag of the consumer allows. */
  readonly byFlag: CompatibilityFlag | undefined;
  /**
   * The nonce that was signed, if a flag changes how it is read. This value is claimed, because one signature may
   * be sent with several nonces that are all read as this value.
   */
  readonly signedNonce?: string | undefined;
}

const BODY_HASH = 'oauth_body_hash';
const FAILS: SignatureOutcome = { holds: false, byPrevious: false, byFlag: undefined };

/** One way to build the base string. */
interface BaseStringForm {
  readonly parameters: readonly Parameter[];
  /** The parameter whose value was signed as it was sent, without encoding. */
  readonly unencodedName: string | undefined;
}

/**
 * Checks the signature of one request against one or more sets of credentials. What depends only on the request is
 * computed once. What depends on the credentials is computed for unknown ones too, with the decoy's secrets.
 */
export class SignatureCheck {
  private readonly baseStrings = new Map<BaseStringForm, string>();
  private readonly forms: readonly BaseStringForm[];

  constructor(
    private readonly request: SignedRequest,
    private readonly reading: RequestReading,
    private readonly keyRing: VerificationKeyRing,
    private readonly decoy: DecoySecrets,
    /** Undefined for staff, who may search without limit. */
    private readonly flagSearches?: FlagSearchBudget,
  ) {
    this.forms = formsOf(request, reading);
  }

  /** The base string by the rules of RFC 5849; empty for PLAINTEXT, which signs nothing. */
  get usualBaseString(): string {
    const [usual] = this.forms;
    return usual && this.reading.protocol.signatureMethod.family !== 'plaintext'
      ? this.baseString(usual)
      : '';
  }

  /**
   * @param token 'none' if the request has none, undefined if it is unknown
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

  /** The keys for the credentials. The decoy's keys replace unknown ones. */
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
    // Done for every consumer, so that timing does not reveal which consumer is changing its secret.
    const previous = this.previousKeys(consumer, keys, nowSeconds);
    return this.verifies(previous, baseString)
      ? { holds: true, byPrevious: true, byFlag: flagOfSecret(previous) }
      : FAILS;
  }

  private verifies(keys: VerificationKeys, baseString: string): boolean {
    const { signatureMethod, signature } = this.reading.protocol;
    // Not spread, because spreading the keys showed in profiles (docs/adr/0063).
    const { consumerSecret, tokenSecret, rsaPublicKey, genuine } = keys;
    const input = { baseString, signature, consumerSecret, tokenSecret, rsaPublicKey };
    // Verifies with the decoy's keys as well, so that the time is the same.
    return signatureMethod.verify(input) && genuine;
  }

  /** Tries each mistake that a flag of the consumer allows, with its current secret and with the previous one. */
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
   * An empty secret proves nothing: it is valid only for PLAINTEXT, and only while the consumer has the flag.
   * Registration enforces that for the current secret, but not for the previous secret of a rotation.
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

/** The flag that the secret requires. */
const flagOfSecret = ({ consumerSecret }: VerificationKeys): CompatibilityFlag | undefined =>
  consumerSecret === '' ? 'empty_secret' : undefined;

/** The base string of RFC 5849 first, then other accepted ones. */
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
