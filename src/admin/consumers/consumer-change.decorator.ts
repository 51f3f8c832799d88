import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { isMergePatch } from '../../admin-http/json-body.js';
import { ConsumerChange } from '../../consumers/consumer-registration.js';
import { mergePatch, type ChangeOf } from '../../consumers/merge-patch.js';
import { strictInput } from '../../input/strict-input.js';

/** The change in the body: JSON replaces the given properties, a merge patch merges them. */
export const Change = createParamDecorator((_: unknown, context: ExecutionContext): ChangeOf => {
  const request = context.switchToHttp().getRequest<IncomingMessage & { body?: unknown }>();
  if (isMergePatch(request)) return mergePatch(request.body);
  const change = strictInput(ConsumerChange, request.body);
  return () => change;
});
