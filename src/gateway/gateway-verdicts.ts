import { Injectable } from '@nestjs/common';
import { RESOURCE } from '../oauth10/endpoint-rules.js';
import { RequestVerifier } from '../oauth10/request-verifier.js';
import type { SignedRequest } from '../oauth10/signed-request.js';
import { SpentNonces } from '../oauth10/spent-nonces.js';
import type { VerifiedRequest } from '../oauth10/verified-request.js';
import { isFormContent } from '../protocol/form-content.js';
import { parameterRejected } from '../protocol/oauth-problem.js';
import { LastUse } from '../tokens/last-use.js';

/** Content of these methods has no meaning (RFC 9110 section 9.3), so most clients send none. */
const WITHOUT_CONTENT = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** The verdict on a request that a gateway reports. */
@Injectable()
export class GatewayVerdicts {
  constructor(
    private readonly verifier: RequestVerifier,
    private readonly spentNonces: SpentNonces,
    private readonly lastUse: LastUse,
  ) {}

  /**
   * Verifies the request and spends its nonce.
   *
   * @param hasContent whether the client is known to have sent a body, forwarded or not
   * @throws OAuthProblem for the first rule that it breaks; StoreUnavailable
   */
  async verify(request: SignedRequest, hasContent: boolean): Promise<VerifiedRequest> {
    const missesBody = hasContent || !WITHOUT_CONTENT.has(request.method);
    if (request.body === undefined && missesBody && isFormContent(request.contentType)) {
      throw bodyMissing('forward the body of form requests, which the signature covers.');
    }
    const verified = await this.verifier.verify(request, RESOURCE);
    await this.spentNonces.spend(verified);
    if (verified.accessToken) this.lastUse.touch(verified.accessToken.token);
    return verified;
  }
}

/** The gateway did not forward the body, or only a part of it. `remedy` says what its settings should do. */
export const bodyMissing = (remedy: string) =>
  parameterRejected(['body'], `The gateway did not forward the body: let it ${remedy}`);
