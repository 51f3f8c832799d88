// `grant` as middleware of a plain Node server: the driver acts as the browser, at connect and at the callback.
import { once } from 'node:events';
import { createServer } from 'node:http';
import grant from 'grant';
import { answerLines, pemOf, Unable } from '../answer-lines.mjs';
import { replySeen } from '../seen-replies.mjs';

let app;
let cookie;
const server = createServer(async (request, response) => {
  const { session, redirect } = await app(request, response);
  response.setHeader('set-cookie', session.headers['set-cookie']);
  if (!redirect) response.end();
}).listen(0, '127.0.0.1');
await once(server, 'listening');

async function visit(path) {
  const headers = cookie ? { cookie } : {};
  const origin = `http://127.0.0.1:${server.address().port}`;
  const reply = await fetch(origin + path, { redirect: 'manual', headers });
  [cookie] = reply.headers.getSetCookie().map((text) => text.split(';')[0]);
}

await answerLines((order) => {
  const { operation, key, secret, token, method, signatureMethod, url, payload } = order;
  if (operation === 'request') throw new Unable('it dances, and makes no other requests');
  if (method === 'GET') throw new Unable('it dances by POST alone');
  const provider = {
    oauth: 1,
    request_url: url,
    authorize_url: new URL('/oauth/auz/authorize', url).href,
    access_url: url,
    key,
    ...(signatureMethod === 'RSA-SHA1' ? { private_key: pemOf(secret) } : { secret }),
    redirect_uri: payload,
  };
  app = grant.node({ config: { matrix: provider }, session: { secret: 'signs the cookie' } });
  const answer = String(new URLSearchParams({ oauth_token: token, oauth_verifier: payload }));
  return replySeen(() =>
    visit(operation === 'initiate' ? '/connect/matrix' : `/connect/matrix/callback?${answer}`),
  );
});
