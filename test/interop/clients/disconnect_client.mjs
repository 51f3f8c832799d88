// `disconnect`, a client of Discogs: PLAINTEXT, its own flow with GET, only JSON.
import https from 'node:https';
import disconnect from 'disconnect';
import { answerLines, Unable } from './answer-lines.mjs';
import { agentTo } from './fixed-host-agent.mjs';
import { replySeen } from './seen-replies.mjs';

const { Client } = disconnect;

await answerLines((order) => {
  const { operation, key, secret, token, tokenSecret, method, url, kind, payload } = order;
  https.globalAgent = agentTo(url);
  const auth = { method: 'oauth', level: 2, consumerKey: key, consumerSecret: secret };
  if (token) Object.assign(auth, { token, tokenSecret });
  const client = new Client('matrix', auth);
  if (operation !== 'request' && method === 'POST') throw new Unable('it dances by GET alone');
  if (kind === 'form') throw new Unable('it sends JSON alone');
  const options = { url: `/echo${new URL(url).search}`, queue: false, json: false };
  return replySeen(
    () =>
      new Promise((resolve) => {
        if (operation === 'initiate') client.oauth().getRequestToken(key, secret, payload, resolve);
        else if (operation === 'exchange') client.oauth().getAccessToken(payload, resolve);
        else if (method === 'GET') client.get(options, resolve);
        else client.post(options, kind === 'json' ? JSON.parse(payload) : null, resolve);
      }),
  );
});
