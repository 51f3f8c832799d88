import { All, Controller, Res, UseFilters } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { requestIdOf } from '../http/problem-details.js';
import { displayText } from '../protocol/percent-encoding.js';
import { LastUse } from '../tokens/last-use.js';
import { RevokeAccessTokens } from '../tokens/revoke-access-tokens.js';
import { RESOURCE, REVOKE } from './endpoint-rules.js';
import { sendPrivateJson } from './json-reply.js';
import { OAuthProblemFilter } from './oauth-problem.filter.js';
import { SignedEndpoint, Verified } from './signed-endpoint.decorator.js';
import { SpentNonces } from './spent-nonces.js';
import type { VerifiedRequest } from './verified-request.js';

/** The endpoints of this service that accept an access token. */
@Controller('oauth/oauth10')
@UseFilters(OAuthProblemFilter)
export class ResourceController {
  constructor(
    private readonly spentNonces: SpentNonces,
    private readonly revokeAccessTokens: RevokeAccessTokens,
    private readonly lastUse: LastUse,
  ) {}

  /** A protected resource that reports how it read the request, for testing signatures. */
  @All('echo')
  @SignedEndpoint({ label: 'echo', ...RESOURCE, issuesCredentials: false })
  async echo(@Verified() request: VerifiedRequest, @Res() response: ServerResponse) {
    await this.spentNonces.spend(request);
    const { consumer, accessToken, method, url, parameters } = request;
    if (accessToken) this.lastUse.touch(accessToken.token);
    const understood = {
      consumerKey: consumer.consumerKey,
      token: accessToken?.token ?? null,
      subject: accessToken?.subject ?? null,
      scopes: accessToken?.scopes ?? [],
      method,
      url,
      parameters: parameters
        .filter(([name]) => !name.startsWith('oauth_'))
        .map(([name, value]) => [displayText(name), displayText(value)]),
    };
    sendPrivateJson(response, understood, 'application/json; charset=utf-8');
  }

  /** Lets a client revoke its access token. */
  @All('revoke')
  @SignedEndpoint({ label: 'revoke', ...REVOKE, methods: ['POST'], issuesCredentials: false })
  async revoke(@Verified() request: VerifiedRequest, @Res() response: ServerResponse) {
    const { token = '' } = request.protocol;
    const by = { requestId: requestIdOf(response), address: request.clientAddress ?? null };
    await this.spentNonces.spend(request, (claim) =>
      this.revokeAccessTokens.revokeOwn(claim, token, by),
    );
    response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
  }
}
