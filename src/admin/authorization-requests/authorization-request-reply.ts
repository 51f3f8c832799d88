import type { AuthorizationRequest } from '../../tokens/authorization-request-reader.js';

/** What a consent application may see of an authorization request. */
export const authorizationRequestReply = (request: AuthorizationRequest) => ({
  oauthToken: request.oauthToken,
  consumer: {
    consumerKey: request.consumer.consumerKey,
    name: request.consumer.name,
    description: request.consumer.description,
  },
  scopes: request.scopes,
  callback: request.callback,
  status: request.status,
  expiresAt: request.expiresAt.toISOString(),
});

export type AuthorizationRequestReply = ReturnType<typeof authorizationRequestReply>;
