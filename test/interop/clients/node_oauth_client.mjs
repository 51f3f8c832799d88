// `oauth` (node-oauth): its calls for the dance, get and post for the rest.
import oauth from 'oauth';
import { answerLines, parametersOf } from './answer-lines.mjs';

await answerLines(
  async ({ operation, key, secret, token, tokenSecret, method, url, kind, payload }) => {
    const client = new oauth.OAuth(url, url, key, secret, '1.0A', payload, 'HMAC-SHA1');
    return new Promise((resolve) => {
      const issued = (error, gotToken, gotSecret) =>
        resolve(
          error
            ? [error.statusCode, error.data]
            : [
                200,
                String(
                  new URLSearchParams({ oauth_token: gotToken, oauth_token_secret: gotSecret }),
                ),
              ],
        );
      const replied = (error, data, reply) =>
        resolve([error?.statusCode ?? reply.statusCode, data]);
      if (operation === 'initiate') client.getOAuthRequestToken(issued);
      else if (operation === 'exchange')
        client.getOAuthAccessToken(token, tokenSecret, payload, issued);
      else if (method === 'GET') client.get(url, token, tokenSecret, replied);
      else if (kind === 'json')
        client.post(url, token, tokenSecret, payload, 'application/json', replied);
      else if (kind === 'form')
        client.post(url, token, tokenSecret, parametersOf(payload), null, replied);
      else client.post(url, token, tokenSecret, '', null, replied);
    });
  },
);
