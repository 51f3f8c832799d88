// `passport-oauth1`: its strategy for the flow; for other requests `_oauth`, which derived strategies use.
import OAuthStrategy from 'passport-oauth1';
import { answerLines, parametersOf, signingSecret, Unable } from './answer-lines.mjs';

// The session data of the strategy, from the redirect to the callback.
const session = {};

await answerLines((order) => {
  const { operation, token, tokenSecret, method, url, kind, payload } = order;
  if (operation !== 'request' && method === 'GET') throw new Unable('it dances by POST alone');
  return new Promise((resolve) => {
    const issued = ({ oauth_token, oauth_token_secret }) =>
      resolve([200, new URLSearchParams({ oauth_token, oauth_token_secret })]);
    const keep = (oauth_token, oauth_token_secret, _profile, done) => {
      issued({ oauth_token, oauth_token_secret });
      done(null, {});
    };
    const strategy = new OAuthStrategy(
      {
        requestTokenURL: url,
        accessTokenURL: url,
        userAuthorizationURL: new URL('/oauth/auz/authorize', url).href,
        callbackURL: kind === 'callback' ? payload : undefined,
        consumerKey: order.key,
        consumerSecret: signingSecret(order),
        signatureMethod: order.signatureMethod,
      },
      keep,
    );
    // Passport sets these callbacks on a strategy for each request.
    strategy.error = ({ oauthError }) => resolve([oauthError.statusCode, oauthError.data]);
    strategy.redirect = () =>
      issued({
        oauth_token: session.oauth.oauth_token,
        oauth_token_secret: session.oauth.oauth_token_secret,
      });
    strategy.success = () => undefined;
    const { _oauth: signer } = strategy;
    const replied = (error, data, reply) => resolve([error?.statusCode ?? reply.statusCode, data]);
    const post = (body, type) => signer.post(url, token, tokenSecret, body, type, replied);
    if (operation === 'initiate') strategy.authenticate({ session });
    else if (operation === 'exchange')
      strategy.authenticate({ query: { oauth_token: token, oauth_verifier: payload }, session });
    else if (method === 'GET') signer.get(url, token, tokenSecret, replied);
    else if (kind === 'json') post(payload, 'application/json');
    else post(kind === 'form' ? parametersOf(payload) : '', null);
  });
});
