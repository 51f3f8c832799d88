import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { Settings } from '../config/settings.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { RequestLimits } from '../limits/request-limits.js';
import { formatOAuthChallenge } from '../protocol/authorization-header.js';
import type { SignedEndpointOptions } from './endpoint-rules.js';
import { acceptableFormType } from './form-reply.js';
import { IncomingRequests } from './incoming-request.js';
import { acceptsJson } from './json-reply.js';
import { RequestVerifier } from './request-verifier.js';
import type { VerifiedRequest } from './verified-request.js';
import { RequestProperty } from '../http/request-property.js';

/** Metadata key of SignedEndpointOptions. */
export const SIGNED_ENDPOINT = Symbol('signed endpoint');

const verifiedRequests = new RequestProperty<IncomingMessage, VerifiedRequest>('verifiedRequests');

/** The VerifiedRequest of the guard. Throws if the handler runs without the guard, which is a bug of ours. */
export function verifiedRequestOf(request: IncomingMessage): VerifiedRequest {
  const verified = verifiedRequests.get(request);
  if (!verified) throw new Error('A handler asked for a signed request that no guard verified');
  return verified;
}

/** Allows only requests that the RequestVerifier accepts. */
@Injectable()
export class SignedRequestGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly requests: IncomingRequests,
    private readonly verifier: RequestVerifier,
    private readonly limits: RequestLimits,
    private readonly settings: Settings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const options = this.reflector.get<SignedEndpointOptions>(
      SIGNED_ENDPOINT,
      context.getHandler(),
    );
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    verifiedRequests.set(request, await this.admit(request, options));
    return true;
  }

  /** @throws OAuthProblem, HttpRefusal or StoreUnavailable */
  private async admit(
    request: IncomingMessage,
    options: SignedEndpointOptions,
  ): Promise<VerifiedRequest> {
    this.assertServed(request, options);
    const signed = await this.requests.read(request);
    await this.limits.countAddress(signed.clientAddress);
    const verified = await this.verifier.verify(signed, options);
    await this.limits.countConsumer(verified.consumer.consumerKey);
    return verified;
  }

  /** Checks method and Accept first: a request that is refused for these must not spend anything. */
  private assertServed(
    request: IncomingMessage,
    { methods, issuesCredentials, needsIssuer }: SignedEndpointOptions,
  ): void {
    if (needsIssuer && !this.settings.platformTokens) {
      throw new HttpRefusal(404, 'There is nothing here.');
    }
    const { method = '' } = request;
    if (methods && !methods.includes(method)) {
      throw new HttpRefusal(405, `Use ${methods.join(' or ')}.`, { Allow: methods.join(', ') });
    }
    if (!issuesCredentials) return;
    if (method === 'GET' && !this.settings.oauthGetEnabled) {
      throw new HttpRefusal(401, 'The request is invalid', {
        'WWW-Authenticate': formatOAuthChallenge({ realm: this.settings.realm }),
      });
    }
    if (issuesCredentials === 'json') {
      if (acceptsJson(request)) return;
      throw new HttpRefusal(406, 'The reply is application/json; Accept does not allow it.');
    }
    if (acceptableFormType(request, this.settings.replyType) === undefined) {
      throw new HttpRefusal(
        406,
        'The reply is text/plain or application/x-www-form-urlencoded; Accept allows neither.',
      );
    }
  }
}
