// Contract section 10: explains why a signature does not hold.
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { signatureHint, type SignatureHint } from '../protocol/hints/signature-hint.js';
import type { Parameter } from '../protocol/parameter.js';
import type { ProtocolParameters } from '../protocol/protocol-parameters.js';
import { refusedRequest } from './refused-request.js';
import type { SignedRequest } from './signed-request.js';
import type { VerificationKeys } from './verification-keys.js';

/** Limits how many searches a process begins per second, however many signatures are wrong. */
export class SearchBudget {
  private readonly begunAtMs: number[] = [];

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether another search may begin now. If so, counts it. */
  take(): boolean {
    const now = this.now();
    if (this.begunAtMs.length >= this.perSecond) {
      const oldest = this.begunAtMs[0];
      if (oldest === undefined || now - oldest < 1000) return false;
      this.begunAtMs.shift();
    }
    this.begunAtMs.push(now);
    return true;
  }
}

/**
 * Larger requests (target and body) are not searched, because that takes some milliseconds, and anyone can send
 * them. The same mistake shows in a short request as well, and staff may search any request.
 */
const SEARCHED_OCTETS_MAX = 16 * 1024;

/** Explains wrong signatures to clients that have the right secrets. */
@Injectable()
export class SignatureExplanation {
  private readonly budget: SearchBudget;
  private readonly isOn: boolean;

  constructor(private readonly settings: Settings) {
    this.budget = new SearchBudget(settings.signatureHintsPerSecond);
    this.isOn = settings.signatureHints && settings.problemDetail !== 'uniform';
  }

  /**
   * The mistake that explains the signature. Undefined if none does, the budget is used up, or a key is the
   * decoy's: for an unknown consumer or token the search runs anyway, so that the time is the same.
   *
   * @param parameters all of the request, in the order header, query, body
   */
  of(
    request: SignedRequest,
    parameters: readonly Parameter[],
    protocol: ProtocolParameters,
    keys: VerificationKeys,
  ): SignatureHint | undefined {
    if (!this.isOn || protocol.signatureMethod.family === 'plaintext') return undefined;
    if (request.target.length + (request.body?.length ?? 0) > SEARCHED_OCTETS_MAX) return undefined;
    if (!this.budget.take()) return undefined;
    return this.search(request, parameters, protocol, keys);
  }

  /** The same for staff, without the limits and settings for clients. */
  search(
    request: SignedRequest,
    parameters: readonly Parameter[],
    protocol: ProtocolParameters,
    keys: VerificationKeys,
  ): SignatureHint | undefined {
    const { publicUrl } = this.settings;
    const { token, signatureMethod: method, signature } = protocol;
    const refused = refusedRequest(request, parameters, token, keys, publicUrl?.authority);
    const hint = signatureHint(refused, { method, signature, rsaPublicKey: keys.rsaPublicKey });
    return keys.genuine ? hint : undefined;
  }
}
