import { All, Controller, Header, HttpCode, Post, Req, UseFilters } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { AdminProblemFilter } from '../admin-http/admin-problem.filter.js';
import { Roles } from '../admin-http/roles.decorator.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { Problem } from '../http/problem-details.js';
import { readBody } from '../http/request-body.js';
import { InvalidInput } from '../input/input-fault.js';
import { Introspection, type Introspected } from '../platform-tokens/introspection.js';
import { contentKind } from '../protocol/form-content.js';
import { GatewayGuard, TakesBearerKey } from './gateway.guard.js';
import { postOnly } from './post-only.js';

/** RFC 7662, for callers that cannot verify a JWT themselves, and for identifiers of access tokens. */
@Controller('introspect')
@TakesBearerKey()
@Endpoint({ listener: 'admin', label: 'introspect', guard: GatewayGuard })
@UseFilters(AdminProblemFilter)
export class IntrospectController {
  constructor(private readonly introspection: Introspection) {}

  @Post()
  @Roles('gateway', 'auditor')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async introspect(@Req() request: IncomingMessage): Promise<Introspected> {
    return this.introspection.of(await tokenIn(request));
  }

  @All()
  @Roles('gateway', 'auditor')
  refuse(): never {
    throw postOnly();
  }
}

/**
 * The token of an introspection request (RFC 7662 section 2.1). Other parameters, such as `token_type_hint`, have
 * no effect.
 *
 * @throws Problem; InvalidInput; HttpRefusal
 */
async function tokenIn(request: IncomingMessage): Promise<string> {
  if (contentKind(request.headers['content-type']) !== 'form') {
    throw new Problem(
      'unsupported_media_type',
      'Send a form, as Content-Type: application/x-www-form-urlencoded.',
    );
  }
  const form = new URLSearchParams((await readBody(request)).toString('utf8'));
  const [token, ...others] = form.getAll('token');
  if (token === undefined || token === '' || others.length > 0) {
    throw new InvalidInput([{ pointer: '/token', detail: 'must be sent, once' }]);
  }
  return token;
}
