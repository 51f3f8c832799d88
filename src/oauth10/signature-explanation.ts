// Contract section 10: why a signature that does not hold was refused.
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { signatureHint, type SignatureHint } from '../protocol/hints/signature-hint.js';
import type { Parameter } from '../protocol/parameter.js';
import type { ProtocolParameters } from '../protocol/protocol-parameters.js';
import { refusedRequest } from './refused-request.js';
import type { SignedRequest } from './signed-request.js';
import type { VerificationKeys } from './verification-keys.js';

/** In a second of a process at most so many searches begin, however many signatures are wrong. */
export class SearchBudget {
  private readonly begunAtMs: number[] = [];

  /** @param now milliseconds that only grow */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether one more may begin now; it then counts. */
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
 * Requests of more octets, in target and body, are not searched: so long a one takes some milliseconds, for
 * anybody who sends it. A mistake shows in a short request as well, and staff may have any searched.
 */
const SEARCHED_OCTETS_MAX = 16 * 1024;

/** Explains signatures that do not hold, to who holds the secrets. */
@Injectable()
export class SignatureExplanation {
  private readonly budget: SearchBudget;
  private readonly isOn: boolean;

  constructor(private readonly settings: Settings) {
    this.budget = new SearchBudget(settings.signatureHintsPerSecond);
    this.isOn = settings.signatureHints && settings.problemDetail !== 'uniform';
  }

  /**
   * The mistake that explains the signature; undefined where none does, the budget is spent, or
   * one of the keys is the decoy's: for an unknown consumer or token the same search is made in vain.
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

  /** The same for staff, whom neither setting binds. */
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
