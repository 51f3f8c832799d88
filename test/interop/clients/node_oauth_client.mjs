// `oauth` (node-oauth): its own calls for the flow, get and post for other requests.
import oauth from 'oauth';
import { answerLines, parametersOf, signingSecret } from './answer-lines.mjs';

await answerLines((order) => {
  const { operation, key, token, tokenSecret, method, signatureMethod, url, kind, payload } = order;
  const secret = signingSecret(order);
  const client = new oauth.OAuth(url, url, key, secret, '1.0A', payload, signatureMethod);
  client.setClientOptions({ requestTokenHttpMethod: method, accessTokenHttpMethod: method });
  return new Promise((resolve) => {
    const issued = (error, oauth_token, oauth_token_secret) => {
      if (error) resolve([error.statusCode, error.data]);
      else resolve([200, new URLSearchParams({ oauth_token, oauth_token_secret })]);
    };
    const replied = (error, data, reply) => resolve([error?.statusCode ?? reply.statusCode, data]);
    const post = (body, type) => client.post(url, token, tokenSecret, body, type, replied);
    if (operation === 'initiate') client.getOAuthRequestToken(issued);
    else if (operation === 'exchange')
      client.getOAuthAccessToken(token, tokenSecret, payload, issued);
    else if (method === 'GET') client.get(url, token, tokenSecret, replied);
    else if (kind === 'json') post(payload, 'application/json');
    else post(kind === 'form' ? parametersOf(payload) : '', null);
  });
});
