import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { SignedEndpointOptions } from './endpoint-rules.js';
import { SignedRequestGuard } from './signed-request.guard.js';
import { SIGNED_ENDPOINT, verifiedRequestOf } from './verified-request-of.js';

/** The handler runs only for requests that the guard found genuine. */
export const SignedEndpoint = (options: SignedEndpointOptions) =>
  applyDecorators(SetMetadata(SIGNED_ENDPOINT, options), UseGuards(SignedRequestGuard));

/** The VerifiedRequest that the guard left. */
export const Verified = createParamDecorator((_: unknown, context: ExecutionContext) =>
  verifiedRequestOf(context.switchToHttp().getRequest<IncomingMessage>()),
);
