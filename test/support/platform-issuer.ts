import {
  createRemoteJWKSet,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import { send } from './http.js';
import { startTestService, type TestCredentials, type TestService } from './service.js';

export const ISSUER = 'https://auth.example.com';
export const AUDIENCE = 'https://api.example.com';
export const WITH_ISSUER = { PLATFORM_TOKEN_ISSUER: ISSUER, PLATFORM_TOKEN_AUDIENCE: AUDIENCE };
export const PLATFORM_TOKEN = '/oauth/oauth10/platform-token';

/** A service that issues the platform's own tokens. */
export const startIssuer = (
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<TestService> => startTestService(databaseUrl, { ...WITH_ISSUER, ...env });

/**
 * A verifier as resource servers have it: keys from the service, remembered for a while.
 *
 * @param rememberedMs asked again after it, and not before: an unknown key is refused
 */
export function resourceServer(base: string, rememberedMs = 300_000) {
  const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`), {
    cacheMaxAge: rememberedMs,
    cooldownDuration: rememberedMs,
  });
  return async (
    jwt: string,
  ): Promise<{ payload: JWTPayload; protectedHeader: ProtectedHeaderParameters }> =>
    jwtVerify(jwt, keys, { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt' });
}

/** What anybody can read of a JWT. */
export function unverified<Claims = Record<string, unknown>>(jwt: string) {
  const [header = '', payload = ''] = jwt.split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  return {
    header: read(header) as { kid: string; alg: string; typ: string },
    payload: read(payload) as Claims & { iat: number; exp: number; jti: string },
  };
}

/** A gateway's question about a request of this client. */
export async function askVerify(
  service: TestService,
  request: { url: string; headers: readonly (readonly [string, string])[]; method: string },
  key: string,
) {
  return send({
    base: service.adminBase,
    method: 'POST',
    target: '/verify',
    headers: [
      ['Authorization', `Bearer ${key}`],
      ['Content-Type', 'application/json'],
    ],
    body: JSON.stringify({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      assertion: true,
    }),
  });
}

/** A bearer token for a client with OAuth 1.0a. */
export async function bearerToken(
  service: TestService,
  consumer: { consumerKey: string; consumerSecret: string },
  token: Partial<TestCredentials> = {},
): Promise<string> {
  const reply = await service.signed({
    method: 'POST',
    target: PLATFORM_TOKEN,
    ...consumer,
    ...token,
  });
  if (reply.status !== 200) throw new Error(`No token: ${reply.status} ${reply.text}`);
  return reply.json<{ access_token: string }>().access_token;
}
