import { All, Controller, Res, UseFilters } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { PlatformTokens } from '../platform-tokens/platform-tokens.js';
import { LastUse } from '../tokens/last-use.js';
import { GET_OR_POST, RESOURCE } from './endpoint-rules.js';
import { sendPrivateJson } from './json-reply.js';
import { OAuthProblemFilter } from './oauth-problem.filter.js';
import { requestedScopes } from './requested-scopes.js';
import { SignedEndpoint, Verified } from './signed-endpoint.decorator.js';
import { SpentNonces } from './spent-nonces.js';
import type { VerifiedRequest } from './verified-request.js';

/** Exchanges OAuth 1.0a signatures for bearer tokens, for clients that can use these. */
@Controller('oauth/oauth10')
@UseFilters(OAuthProblemFilter)
export class PlatformTokenController {
  constructor(
    private readonly spentNonces: SpentNonces,
    private readonly platformTokens: PlatformTokens,
    private readonly lastUse: LastUse,
  ) {}

  /** Takes a signed request and returns a JWT (RFC 9068), in the form of RFC 6749 section 5.1. */
  @All('platform-token')
  @SignedEndpoint({
    label: 'platform-token',
    ...RESOURCE,
    methods: GET_OR_POST,
    issuesCredentials: 'json',
    needsIssuer: true,
  })
  async platformToken(@Verified() request: VerifiedRequest, @Res() response: ServerResponse) {
    const { consumer, accessToken, bodyVerified } = request;
    const scopes = requestedScopes(request.parameters, {
      scopes: accessToken?.scopes ?? [],
      of: accessToken ? 'this token' : 'a request without a token',
    });
    await this.spentNonces.spend(request);
    if (accessToken) this.lastUse.touch(accessToken.token);
    const issued = await this.platformTokens.issue({
      consumer,
      accessToken: accessToken && { ...accessToken, scopes },
      bodyVerified,
    });
    sendPrivateJson(response, {
      access_token: issued.jwt,
      token_type: 'Bearer',
      expires_in: issued.expiresInSeconds,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    });
  }
}
