import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { EndpointRules } from './endpoint-rules.js';
import { SignedRequestGuard } from './signed-request.guard.js';
import { SIGNED_ENDPOINT, verifiedRequestOf } from './verified-request-of.js';

/** How an endpoint may be called, beside the rules of its signature. */
export interface SignedEndpointOptions extends EndpointRules {
  /** Undefined: any. */
  readonly methods?: readonly string[];
  /** The reply is form-encoded, so Accept must allow that; and OAUTH_GET_ENABLED governs GET. */
  readonly issuesCredentials: boolean;
}

/** The handler runs only for requests that the guard found genuine. */
export const SignedEndpoint = (options: SignedEndpointOptions) =>
  applyDecorators(SetMetadata(SIGNED_ENDPOINT, options), UseGuards(SignedRequestGuard));

/** The VerifiedRequest that the guard left. */
export const Verified = createParamDecorator((_: unknown, context: ExecutionContext) =>
  verifiedRequestOf(context.switchToHttp().getRequest<IncomingMessage>()),
);
