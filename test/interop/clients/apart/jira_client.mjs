// `jira-client`: signs with a token from its user; sends any GET, and POST with JSON.
import JiraApi from 'jira-client';
import { answerLines, signingSecret, Unable } from '../answer-lines.mjs';
import { replySeen } from '../seen-replies.mjs';

await answerLines((order) => {
  if (order.operation !== 'request') throw new Unable('it knows no dance');
  if (order.kind === 'form') throw new Unable('it sends JSON alone');
  const { hostname, port, search } = new URL(order.url);
  const jira = new JiraApi({
    protocol: 'http',
    host: hostname,
    port,
    oauth: {
      consumer_key: order.key,
      consumer_secret: signingSecret(order),
      access_token: order.token,
      access_token_secret: order.tokenSecret,
      signature_method: order.signatureMethod,
    },
  });
  return replySeen(() => {
    if (order.method === 'GET') return jira.genericGet(`search${search}`);
    return jira.addNewIssue(order.kind === 'json' ? JSON.parse(order.payload) : undefined);
  });
});
