import type { ListedAccessToken } from '../../tokens/listed-access-tokens.js';

/** The properties of an access token that staff see. */
export const accessTokenReply = (token: ListedAccessToken) => ({
  token: token.token,
  consumerKey: token.consumerKey,
  subject: token.subject,
  scopes: token.scopes,
  status: token.status,
  createdAt: token.createdAt.toISOString(),
  expiresAt: token.expiresAt?.toISOString() ?? null,
  revokedAt: token.revokedAt?.toISOString() ?? null,
});

export type AccessTokenReply = ReturnType<typeof accessTokenReply>;
