// `flickr-sdk`: its own dance by GET; a request is a call of a method of Flickr's API.
import { createFlickr } from 'flickr-sdk';
import { answerLines, parametersOf, Unable } from './answer-lines.mjs';
import { sendFetchesTo } from './fixed-host-agent.mjs';

await answerLines(async (order) => {
  const { operation, key, secret, token, tokenSecret, method, url, kind, payload } = order;
  sendFetchesTo(url);
  const { flickr, oauth } = createFlickr({
    consumerKey: key,
    consumerSecret: secret,
    oauthToken: token || false,
    oauthTokenSecret: tokenSecret || false,
  });
  if (operation !== 'request' && method === 'POST') throw new Unable('it dances by GET alone');
  if (kind === 'json') throw new Unable('it sends parameters alone');
  const query = new URL(url).search;
  if (kind === 'form' && query) throw new Unable('its parameters go into one place');
  try {
    if (operation === 'initiate') {
      const { requestToken, requestTokenSecret } = await oauth.request(payload);
      return issued(requestToken, requestTokenSecret);
    }
    if (operation === 'exchange') {
      const { oauthToken, oauthTokenSecret } = await oauth.verify(payload);
      return issued(oauthToken, oauthTokenSecret);
    }
    const called = method === 'GET' ? 'flickr.test.echo' : 'flickr.photos.addTags';
    const reply = await flickr(called, parametersOf(kind === 'form' ? payload : query));
    return [200, JSON.stringify(reply)];
  } catch (error) {
    // It throws what `fetch` answered, where that is a refusal.
    if (!(error.cause instanceof Response)) throw error;
    return [error.cause.status, await error.cause.text()];
  }
});

function issued(oauth_token, oauth_token_secret) {
  return [200, new URLSearchParams({ oauth_token, oauth_token_secret })];
}
