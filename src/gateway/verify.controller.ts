import { All, Controller, Header, HttpCode, Post, Res, UseFilters } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Roles } from '../admin-http/roles.decorator.js';
import { AdminProblemFilter } from '../admin-http/admin-problem.filter.js';
import { Settings } from '../config/settings.js';
import { InvalidInput } from '../input/input-fault.js';
import { addressInEntry } from '../http/ip-address.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { Problem } from '../http/problem-details.js';
import { MAX_BODY_OCTETS, oversizedBody } from '../http/request-body.js';
import { noteProblem } from '../http/request-notes.js';
import { disclosedProblem } from '../oauth10/disclosure.js';
import type { SignedRequest } from '../oauth10/signed-request.js';
import { OAuthProblem, SIGNATURE_HINT } from '../protocol/oauth-problem.js';
import { PlatformTokens } from '../platform-tokens/platform-tokens.js';
import { GatewayVerdicts } from './gateway-verdicts.js';
import { GatewayGuard, TakesBearerKey } from './gateway.guard.js';
import { Report } from './report.decorator.js';
import type { ReportedRequest } from './reported-request.js';
import { splitUrl } from './reported-url.js';

/** The verdict as JSON, for gateways and APIs that can ask in their own words. */
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
    const headers = new Map(
      Object.entries(reported.headers).map(([name, value]) => [
        name.toLowerCase(),
        withoutBlanks(value),
      ]),
    );
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
    const headers = { Allow: 'POST' };
    throw new Problem('method_not_allowed', 'Allowed here: POST.', { headers });
  }
}

function signedRequest(
  { method, url, body, bodyBase64, clientAddress }: ReportedRequest,
  headers: ReadonlyMap<string, string>,
  source: IncomingMessage,
): SignedRequest {
  const place = splitUrl(url);
  if (!place) throw new InvalidInput([{ pointer: '/url', detail: 'must be an absolute URL' }]);
  const text = body ?? undefined;
  const base64 = bodyBase64 ?? undefined;
  if (text !== undefined && base64 !== undefined) {
    throw new InvalidInput([{ pointer: '/bodyBase64', detail: 'must not stand beside body' }]);
  }
  return {
    method,
    ...place,
    authorization: headers.get('authorization'),
    contentType: headers.get('content-type'),
    body: octets(text, base64, headers.get('content-length')),
    clientAddress: addressInEntry(clientAddress ?? ''),
    otherHosts: [headers.get('host'), headers.get('x-forwarded-host')],
    source,
  };
}

/** Blanks around a header's value are no part of it (RFC 9110 section 5.5); other octets are. */
function withoutBlanks(value: string): string {
  const isBlank = (index: number): boolean => value[index] === ' ' || value[index] === '\t';
  let from = 0;
  let to = value.length;
  while (isBlank(from)) from += 1;
  while (to > from && isBlank(to - 1)) to -= 1;
  return value.slice(from, to);
}

/**
 * The body; undefined where it was kept back. An empty one is none that was kept back, unless its length
 * says otherwise, and neither is one that is left out beside `Content-Length: 0`.
 *
 * @throws HttpRefusal 413 for what no signed endpoint would read
 */
function octets(
  text: string | undefined,
  base64: string | undefined,
  contentLength: string | undefined,
): Buffer | undefined {
  const reported =
    base64 === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.from(base64, 'base64');
  if (reported.length > MAX_BODY_OCTETS) throw oversizedBody();
  if (reported.length > 0) return reported;
  const isReported = text !== undefined || base64 !== undefined;
  return contentLength === '0' || (isReported && contentLength === undefined)
    ? reported
    : undefined;
}
