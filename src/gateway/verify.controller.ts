import { All, Controller, Header, HttpCode, Post, Res, UseFilters } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Roles } from '../admin-http/roles.decorator.js';
import { AdminProblemFilter } from '../admin-http/admin-problem.filter.js';
import { Settings } from '../config/settings.js';
import { InvalidInput } from '../input/input-fault.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { noteProblem } from '../http/request-notes.js';
import { disclosedProblem } from '../oauth10/disclosure.js';
import { OAuthProblem, SIGNATURE_HINT } from '../protocol/oauth-problem.js';
import { PlatformTokens } from '../platform-tokens/platform-tokens.js';
import { GatewayVerdicts } from './gateway-verdicts.js';
import { GatewayGuard, TakesBearerKey } from './gateway.guard.js';
import { postOnly } from './post-only.js';
import { Report } from './report.decorator.js';
import type { ReportedRequest } from './reported-request.js';
import { headersOf, signedRequest } from './reported-signed-request.js';

/** Gives the verdict as JSON, for gateways and APIs that can build their own request. */
@Controller('verify')
@TakesBearerKey()
@Endpoint({ listener: 'admin', label: 'verify', guard: GatewayGuard, givesVerdicts: true })
@UseFilters(AdminProblemFilter)
export class VerifyController {
  constructor(
    private readonly verdicts: GatewayVerdicts,
    private readonly platformTokens: PlatformTokens,
    private readonly settings: Settings,
  ) {}

  @Post()
  @Roles('gateway')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async verify(
    @Report() reported: ReportedRequest,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    const wantsAssertion = reported.assertion === true;
    if (wantsAssertion && !this.platformTokens.areIssued) {
      throw new InvalidInput([
        { pointer: '/assertion', detail: 'must not be true: PLATFORM_TOKEN_ISSUER is not set' },
      ]);
    }
    const headers = headersOf(reported);
    try {
      const hasContent =
        headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
      const verified = await this.verdicts.verify(
        signedRequest(reported, headers, response.req),
        hasContent,
      );
      const { consumer, accessToken, bodyVerified } = verified;
      const expiresAtSeconds = accessToken?.expiresAtSeconds ?? null;
      return {
        active: true,
        consumerKey: consumer.consumerKey,
        token: accessToken?.token ?? null,
        subject: accessToken?.subject ?? null,
        scopes: accessToken?.scopes ?? [],
        expiresAt:
          expiresAtSeconds === null ? null : new Date(expiresAtSeconds * 1000).toISOString(),
        bodyVerified,
        ...(wantsAssertion && { assertion: await this.platformTokens.assertionOf(verified) }),
      };
    } catch (error) {
      if (!(error instanceof OAuthProblem)) throw error;
      noteProblem(response, error.code, error.detail);
      const { status, code, advice, parameters, extra } = disclosedProblem(error, this.settings);
      const hint = extra[SIGNATURE_HINT];
      return {
        active: false,
        status,
        problem: code,
        advice,
        ...(parameters && { parameters }),
        ...(hint !== undefined && { hint }),
      };
    }
  }

  @All()
  @Roles('gateway')
  refuse(): never {
    throw postOnly();
  }
}
