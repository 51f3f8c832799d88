import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload } from 'jose';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export const ISSUER = 'https://login.example.com/';
export const AUDIENCE = 'oauth10-admin';

/** The platform's issuer: its keys, its tokens, and a server for its JWKS. */
export interface TokenIssuer {
  readonly jwksUrl: string;
  /** The published keys. Tests may change them. */
  keys: JWK[];
  /** Answers requests instead of the JWKS; undefined: the JWKS is served. */
  answer: ((response: ServerResponse) => void) | undefined;
  /** The headers of each request for the JWKS. */
  readonly asked: IncomingHttpHeaders[];
  /** Makes a key and publishes it with this kid. */
  addKey(alg: string, kid: string): Promise<KeyPair>;
  stop(): Promise<void>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const server = createServer((request, response) => {
    issuer.asked.push(request.headers);
    if (issuer.answer) return issuer.answer(response);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ keys: issuer.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: TokenIssuer = {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    keys: [],
    answer: undefined,
    asked: [],
    addKey: async (alg, kid) => {
      const pair = await generateKeyPair(alg, { extractable: true });
      issuer.keys.push({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' });
      return pair;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return issuer;
}

/** The claims of a valid token. */
export const goodClaims = (): JWTPayload => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: AUDIENCE, sub: 'jane', exp: now + 60, iat: now, roles: ['auditor'] };
};

/** Signs a token; undefined claims are left out. */
export const tokenOf = (
  key: Parameters<SignJWT['sign']>[0],
  header: { alg: string; kid?: string; [name: string]: unknown },
  claims: JWTPayload = {},
): Promise<string> =>
  new SignJWT({ ...goodClaims(), ...claims }).setProtectedHeader(header).sign(key);
