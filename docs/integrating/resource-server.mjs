// An API behind a gateway. The gateway has put a JWT (RFC 9068) in the place of the client's signature, and the
// API checks it by itself. docs/platform-tokens.md says what is checked.
import express from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { PORT = '8080', ISSUER, AUDIENCE, JWKS_URL } = process.env;
if (!ISSUER || !AUDIENCE || !JWKS_URL) throw new Error('Set ISSUER, AUDIENCE and JWKS_URL');

// Remembered for five minutes, which is what its Cache-Control says.
const keys = createRemoteJWKSet(new URL(JWKS_URL), { cacheMaxAge: 300_000 });
/** The keys could not be had: nothing is wrong with the token. */
const OUT_OF_REACH = ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'];

async function bearer(request, response, next) {
  const [, token = ''] = /^Bearer ([\w.-]+)$/i.exec(request.get('Authorization') ?? '') ?? [];
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'at+jwt',
      algorithms: ['ES256', 'EdDSA', 'RS256'],
      requiredClaims: ['sub', 'client_id', 'exp'],
    });
    response.locals.caller = payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError) || OUT_OF_REACH.includes(error.code)) {
      return response.set('Retry-After', '1').sendStatus(503);
    }
    const fault = token === '' ? '' : ' error="invalid_token"';
    return response.set('WWW-Authenticate', `Bearer${fault}`).sendStatus(401);
  }
  next();
}

/** Lets through whose token has the scope. */
const scope = (wanted) => (request, response, next) => {
  if ((response.locals.caller.scope ?? '').split(' ').includes(wanted)) return next();
  const challenge = `Bearer error="insufficient_scope", scope="${wanted}"`;
  response.set('WWW-Authenticate', challenge).sendStatus(403);
};

const app = express();
app.disable('x-powered-by');
app.use(bearer);
app.get('/photos', scope('photos'), (request, response) => {
  const { sub, client_id: client, scope: scopes } = response.locals.caller;
  response.json({ sub, client, scope: scopes });
});
app.get('/whoami', (request, response) => response.json({ sub: response.locals.caller.sub }));
app.listen(Number(PORT), '127.0.0.1');
