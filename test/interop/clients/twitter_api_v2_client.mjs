// `twitter-api-v2`: its own flow; forms go to version 1.1 of the API, JSON to version 2.
import { TwitterApi } from 'twitter-api-v2';
import { answerLines, parametersOf, Unable } from './answer-lines.mjs';
import { agentTo } from './fixed-host-agent.mjs';
import { replySeen } from './seen-replies.mjs';

await answerLines((order) => {
  const { operation, key, secret, token, tokenSecret, method, url, kind, payload } = order;
  const accessToken = token || undefined;
  const tokens = { appKey: key, appSecret: secret, accessToken, accessSecret: tokenSecret };
  const client = new TwitterApi(tokens, { httpAgent: agentTo(url) });
  if (operation !== 'request' && method === 'GET') throw new Unable('it dances by POST alone');
  const resource = `echo.json${new URL(url).search}`;
  return replySeen(() => {
    if (operation === 'initiate') return client.generateAuthLink(payload);
    if (operation === 'exchange') return client.login(payload);
    if (method === 'GET') return client.v1.get(resource);
    if (kind === 'json') return client.v2.post(resource, JSON.parse(payload));
    return client.v1.post(resource, kind === 'form' ? parametersOf(payload) : {});
  });
});
