// Contract section 10: why a signature that does not hold was refused.
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { splitTarget } from '../protocol/base-string-uri.js';
import { isFormContent } from '../protocol/form-content.js';
import { parseFormEncoded } from '../protocol/form-encoding.js';
import type { RefusedRequest } from '../protocol/hints/mistake.js';
import { signatureHint, type SignatureHint } from '../protocol/hints/signature-hint.js';
import type { Parameter } from '../protocol/parameter.js';
import type { ProtocolParameters } from '../protocol/protocol-parameters.js';
import type { SignedRequest } from './signed-request.js';
import type { SigningKeys } from './signing-keys.js';

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
    keys: SigningKeys,
  ): SignatureHint | undefined {
    if (!this.isOn || protocol.signatureMethod.family === 'plaintext') return undefined;
    if (!this.budget.take()) return undefined;
    const hint = signatureHint(this.refused(request, parameters, protocol, keys), {
      method: protocol.signatureMethod,
      signature: protocol.signature,
      rsaPublicKey: keys.rsaPublicKey,
    });
    return keys.genuine ? hint : undefined;
  }

  private refused(
    request: SignedRequest,
    parameters: readonly Parameter[],
    { token }: ProtocolParameters,
    { consumerSecret = '', tokenSecret }: SigningKeys,
  ): RefusedRequest {
    const { path, query: rawQuery } = splitTarget(request.target);
    const body = request.body?.toString('latin1') ?? '';
    const isForm = isFormContent(request.contentType);
    const query = parseFormEncoded(rawQuery);
    const form = parseFormEncoded(isForm ? body : '');
    return {
      method: request.method,
      scheme: request.scheme,
      authority: request.authority,
      otherAuthorities: this.otherAuthorities(request),
      path,
      rawQuery,
      formBody: isForm ? body : '',
      otherBody: isForm ? '' : body,
      realm: /[\s,]realm="([^"]*)"/i.exec(request.authorization ?? '')?.[1],
      header: parameters.slice(0, parameters.length - query.length - form.length),
      query,
      form,
      hasToken: token !== undefined,
      consumerSecret,
      tokenSecret,
    };
  }

  /** What else the request, or this service, is called by. */
  private otherAuthorities({ authority, otherHosts, source }: SignedRequest): string[] {
    const { host, 'x-forwarded-host': forwarded } = source.headers;
    const named = otherHosts ?? [host, forwarded, this.settings.publicUrl?.authority].flat();
    return named.filter((one): one is string => one !== undefined && one !== authority);
  }
}
