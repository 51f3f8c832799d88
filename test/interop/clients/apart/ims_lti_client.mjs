// `ims-lti` as a tool that reports a result: always a two-legged POST of XML with a body hash.
import lti from 'ims-lti';
import { answerLines, Unable } from '../answer-lines.mjs';
import { replySeen } from '../seen-replies.mjs';

await answerLines((order) => {
  const { operation, key, secret, method, url, kind } = order;
  if (operation !== 'request') throw new Unable('it knows no tokens: two-legged only');
  if (method === 'GET' || kind === 'form') throw new Unable('it posts XML alone');
  const results = new lti.OutcomeService({
    consumer_key: key,
    consumer_secret: secret,
    service_url: url,
    source_did: 'jane',
  });
  return replySeen(() => new Promise((resolve) => results.send_replace_result(0.5, resolve)));
});
