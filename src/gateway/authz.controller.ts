import { All, Controller, Req, Res, UseFilters } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint, type EndpointStatement } from '../http/endpoint.decorator.js';
import { Roles } from '../admin-http/roles.decorator.js';
import { AuthzRefusalFilter, NginxRefusalFilter } from './authz-refusal.filter.js';
import { sendIdentity } from './authz-reply.js';
import {
  authzRequest,
  extAuthzPlace,
  forwardAuthPlace,
  nginxPlace,
  type ReportedPlace,
} from './authz-request.js';
import { PlatformTokens } from '../platform-tokens/platform-tokens.js';
import { GatewayVerdicts } from './gateway-verdicts.js';
import { GatewayGuard } from './gateway.guard.js';

/** The prefix that Envoy's path_prefix adds to the target of its client's request. */
const EXT_AUTHZ = '/authz/ext-authz';

const ENDPOINT = {
  listener: 'admin',
  guard: GatewayGuard,
  givesVerdicts: true,
} as const satisfies Partial<EndpointStatement>;

/** Gives the verdict as a status, for gateways that copy their client's request. */
@Controller('authz')
export class AuthzController {
  constructor(
    private readonly verdicts: GatewayVerdicts,
    private readonly platformTokens: PlatformTokens,
  ) {}

  @All('nginx')
  @Endpoint({ ...ENDPOINT, label: 'authz/nginx' })
  @Roles('gateway')
  @UseFilters(NginxRefusalFilter)
  nginx(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.answer(request, response, nginxPlace(request));
  }

  @All('forward-auth')
  @Endpoint({ ...ENDPOINT, label: 'authz/forward-auth' })
  @Roles('gateway')
  @UseFilters(AuthzRefusalFilter)
  forwardAuth(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.answer(request, response, forwardAuthPlace(request));
  }

  @All('ext-authz')
  @Endpoint({ ...ENDPOINT, label: 'authz/ext-authz', servesBelow: true })
  @Roles('gateway')
  @UseFilters(AuthzRefusalFilter)
  extAuthz(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const target = (request.url ?? '').slice(EXT_AUTHZ.length);
    const place = extAuthzPlace(request, target.startsWith('/') ? target : `/${target}`);
    return this.answer(request, response, place);
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    place: ReportedPlace,
  ): Promise<void> {
    const signed = await authzRequest(request, place);
    const verified = await this.verdicts.verify(signed, false);
    const { areIssued } = this.platformTokens;
    const assertion = areIssued ? await this.platformTokens.assertionOf(verified) : '';
    sendIdentity(response, verified, assertion);
  }
}
