// `garmin-connect`: two requests are signed, those of its argument: `preauthorized`, two-legged, which
// gives a token for a ticket of Garmin's sign-in, and `exchange`, which gives a token of OAuth 2 for that.
import garmin from 'garmin-connect';
import { answerLines, Unable } from './answer-lines.mjs';
import { agentTo } from './fixed-host-agent.mjs';
import { replySeen } from './seen-replies.mjs';

const [, , signed] = process.argv;

await answerLines(({ operation, key, secret, token, tokenSecret, method, url, kind }) => {
  if (operation !== 'request') throw new Unable('it knows no dance');
  const { client } = new garmin.GarminConnect({ username: 'jane', password: 'unused' });
  client.client.defaults.httpsAgent = agentTo(url);
  // Those of a Garmin app, which everyone shares: `login` downloads them.
  client.OAUTH_CONSUMER = { key, secret: secret };
  if (signed === 'preauthorized') {
    if (method === 'POST') throw new Unable('it has one request, a GET with a ticket');
    const [[, ticket]] = new URLSearchParams(new URL(url).search);
    return replySeen(() => client.getOauth1Token(ticket));
  }
  if (method === 'GET' || kind !== 'none') throw new Unable('it has one request, an empty POST');
  const oauth = client.getOauthClient(client.OAUTH_CONSUMER);
  const credentials = { oauth_token: token, oauth_token_secret: tokenSecret };
  return replySeen(() => client.exchange({ oauth, token: credentials }));
});
