// `@hapi/bell` as an authentication scheme of a hapi server for the flow, and its client for other requests.
import bell from '@hapi/bell';
import hapi from '@hapi/hapi';
import { answerLines, parametersOf, signingSecret, Unable } from '../answer-lines.mjs';
import { replySeen } from '../seen-replies.mjs';

const PASSWORD = 'seals the cookie between two requests';
let cookie;

async function serverFor(settings) {
  const server = hapi.server();
  await server.register(bell);
  server.auth.strategy('matrix', 'bell', settings);
  const handler = () => '';
  server.route({ method: 'GET', path: '/ready', options: { auth: 'matrix', handler } });
  return server;
}

await answerLines(async (order) => {
  const { operation, token, tokenSecret, method, signatureMethod, url, kind, payload } = order;
  const settings = {
    provider: {
      name: 'matrix',
      protocol: 'oauth',
      signatureMethod,
      temporary: url,
      auth: new URL('/oauth/auz/authorize', url).href,
      token: url,
    },
    clientId: order.key,
    clientSecret: signingSecret(order),
  };
  if (operation !== 'request') {
    if (method === 'GET') throw new Unable('it dances by POST alone');
    const server = await serverFor({
      ...settings,
      password: PASSWORD,
      isSecure: false,
      location: () => payload,
    });
    const answer = String(new URLSearchParams({ oauth_token: token, oauth_verifier: payload }));
    return replySeen(async () => {
      const path = operation === 'initiate' ? '/ready' : `/ready?${answer}`;
      const reply = await server.inject({ url: path, headers: cookie ? { cookie } : {} });
      [cookie] = [reply.headers['set-cookie'] ?? []].flat().map((text) => text.split(';')[0]);
    });
  }
  if (kind === 'json') throw new Unable('it has a query or a form, and no other body');
  if (kind === 'form' && url.includes('?')) throw new Unable('its parameters go into one place');
  const [address, query] = url.split('?');
  const client = new bell.oauth.Client({ ...settings, name: 'matrix' });
  const encoded = kind === 'form' ? payload : query;
  const parameters = encoded === undefined ? null : parametersOf(encoded);
  const credentials = { token, secret: tokenSecret };
  return replySeen(() => client.resource(method.toLowerCase(), address, parameters, credentials));
});
