// `next-auth` 4 as a route of Next.js's API, as a browser meets it: sign in, then back with the owner's
// decision. Then it asks for the owner's profile, which is what `echo` says.
import auth from 'next-auth';
import { answerLines, signingSecret, Unable } from '../answer-lines.mjs';
import { replySeen } from '../seen-replies.mjs';

const PROVIDER = 'matrix';
const cookies = {};

/** What Next.js gives the route for one request; gives back what was sent. */
async function visit(options, method, action, { query, body } = {}) {
  let sent;
  const headers = {};
  const keep = (content) => (sent = content);
  const response = { json: keep, send: keep, end: () => undefined };
  response.status = () => response;
  response.getHeader = (name) => headers[name];
  response.setHeader = (name, value) => {
    headers[name] = value;
    return response;
  };
  const nextauth = [action, PROVIDER];
  const request = { method, headers: {}, cookies, query: { ...query, nextauth }, body };
  await auth.default(request, response, options);
  for (const text of headers['Set-Cookie'] ?? []) {
    const [, name, value] = /^(.*?)=([^;]*)/.exec(text);
    cookies[name] = decodeURIComponent(value);
  }
  return sent;
}

await answerLines(async (order) => {
  const { operation, key, token, method, signatureMethod, url, payload } = order;
  if (operation === 'request') {
    throw new Unable('it dances and asks for a profile, and makes no other requests');
  }
  if (method === 'GET') throw new Unable('it dances by POST alone');
  let issued;
  const provider = {
    id: PROVIDER,
    type: 'oauth',
    // That of its own provider of this version.
    version: '1.0A',
    requestTokenUrl: url,
    authorization: new URL('/oauth/auz/authorize', url).href,
    accessTokenUrl: url,
    profileUrl: new URL('echo', url).href,
    clientId: key,
    clientSecret: signingSecret(order),
    encoding: signatureMethod,
    profile({ subject }, { oauth_token, oauth_token_secret }) {
      issued = [200, new URLSearchParams({ oauth_token, oauth_token_secret })];
      return { id: subject };
    },
  };
  const options = { secret: 'signs the cookies', providers: [provider] };
  const reply = await replySeen(async () => {
    if (operation === 'exchange') {
      const query = { oauth_token: token, oauth_verifier: payload };
      return visit(options, 'GET', 'callback', { query });
    }
    process.env.NEXTAUTH_URL = payload.replace(`/callback/${PROVIDER}`, '');
    const { csrfToken } = await visit(options, 'GET', 'csrf');
    return visit(options, 'POST', 'signin', { body: { csrfToken } });
  });
  return issued ?? reply;
});
