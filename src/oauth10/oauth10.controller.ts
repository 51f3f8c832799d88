import { All, Controller, Res, UseFilters } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Settings } from '../config/settings.js';
import { parameterRejected } from '../protocol/oauth-problem.js';
import { ExchangeTemporaryCredentials } from '../tokens/exchange-temporary-credentials.js';
import { IssueTemporaryCredentials } from '../tokens/issue-temporary-credentials.js';
import { SignatureUses } from '../tokens/signature-uses.js';
import { callbackOf } from './registered-callback.js';
import { EXCHANGE, GET_OR_POST, INITIATE } from './endpoint-rules.js';
import { labelAsForm, sendForm } from './form-reply.js';
import { OAuthProblemFilter } from './oauth-problem.filter.js';
import { requestedScopes } from './requested-scopes.js';
import { SignedEndpoint, Verified } from './signed-endpoint.decorator.js';
import { claimOf, type VerifiedRequest } from './verified-request.js';

/** The two endpoints that issue credentials (RFC 5849 sections 2.1 and 2.3). */
@Controller('oauth/oauth10')
@UseFilters(OAuthProblemFilter)
export class OAuth10Controller {
  constructor(
    private readonly issueTemporaryCredentials: IssueTemporaryCredentials,
    private readonly exchangeTemporaryCredentials: ExchangeTemporaryCredentials,
    private readonly settings: Settings,
    private readonly uses: SignatureUses,
  ) {}

  @All('initiate')
  @SignedEndpoint({
    label: 'initiate',
    ...INITIATE,
    methods: GET_OR_POST,
    issuesCredentials: 'form',
  })
  async initiate(@Verified() request: VerifiedRequest, @Res() response: ServerResponse) {
    const { consumer, protocol } = request;
    const callback = callbackOf(protocol.callback, consumer);
    const scopes = requestedScopes(request.parameters, consumer);
    const issued = await this.issueTemporaryCredentials.issue(claimOf(request), callback, scopes);
    this.send(request, response, [
      ['oauth_token', issued.token],
      ['oauth_token_secret', issued.tokenSecret],
      ['oauth_callback_confirmed', 'true'],
    ]);
  }

  @All('token')
  @SignedEndpoint({ label: 'token', ...EXCHANGE, methods: GET_OR_POST, issuesCredentials: 'form' })
  async token(@Verified() request: VerifiedRequest, @Res() response: ServerResponse) {
    const { protocol, temporaryCredentials } = request;
    const { verifier = '' } = protocol;
    if (!temporaryCredentials) throw parameterRejected(['oauth_token']);
    const issued = await this.exchangeTemporaryCredentials.exchange(
      claimOf(request),
      request.consumer,
      temporaryCredentials,
      verifier,
    );
    const { expiresInSeconds } = issued;
    this.send(request, response, [
      ['oauth_token', issued.token],
      ['oauth_token_secret', issued.tokenSecret],
      ...(expiresInSeconds === undefined
        ? []
        : [['oauth_expires_in', String(expiresInSeconds)] as const]),
    ]);
  }

  private send(
    { consumer }: VerifiedRequest,
    response: ServerResponse,
    pairs: readonly (readonly [string, string])[],
  ): void {
    if (consumer.compatibility.includes('form_reply') && labelAsForm(response.req)) {
      this.uses.noteFlag(consumer.consumerKey, 'form_reply');
    }
    sendForm(response, this.settings.replyType, 200, pairs);
  }
}
