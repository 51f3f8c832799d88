import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import type { SignedEndpointOptions } from './endpoint-rules.js';
import { SIGNED_ENDPOINT, SignedRequestGuard, verifiedRequestOf } from './signed-request.guard.js';

/** The handler runs only for requests that the guard has verified. */
export const SignedEndpoint = (options: SignedEndpointOptions): MethodDecorator =>
  applyDecorators(
    Endpoint({
      listener: 'public',
      label: options.label,
      guard: SignedRequestGuard,
      givesVerdicts: true,
    }),
    SetMetadata(SIGNED_ENDPOINT, options),
  );

/** The VerifiedRequest of the guard. */
export const Verified = createParamDecorator((_: unknown, context: ExecutionContext) =>
  verifiedRequestOf(context.switchToHttp().getRequest<IncomingMessage>()),
);
