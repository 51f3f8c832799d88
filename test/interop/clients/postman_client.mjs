// `postman-runtime`, the engine of Postman and Newman: runs a collection of one request.
import collections from 'postman-collection';
import runtime from 'postman-runtime';
import { answerLines, pemOf } from './answer-lines.mjs';

await answerLines((order) => {
  const { key, secret, token, tokenSecret, method, signatureMethod, url, kind, payload } = order;
  const settings = {
    consumerKey: key,
    consumerSecret: secret,
    privateKey: signatureMethod.startsWith('RSA') ? pemOf(secret) : '',
    token,
    tokenSecret,
    signatureMethod,
    version: '1.0',
    addParamsToHeader: true,
    callback: kind === 'callback' ? payload : '',
    verifier: kind === 'verifier' ? payload : '',
  };
  const oauth1 = Object.entries(settings).map(([name, value]) => ({ key: name, value }));
  const form = [...new URLSearchParams(kind === 'form' ? payload : '')];
  const body =
    kind === 'form'
      ? { mode: 'urlencoded', urlencoded: form.map(([name, value]) => ({ key: name, value })) }
      : kind === 'json'
        ? { mode: 'raw', raw: payload, options: { raw: { language: 'json' } } }
        : undefined;
  const request = { method, url, body, auth: { type: 'oauth1', oauth1 } };
  return run(new collections.Collection({ item: [{ name: 'request', request }] }));
});

function run(collection) {
  return new Promise((resolve, reject) => {
    new runtime.Runner().run(collection, {}, (error, started) => {
      if (error) return reject(error);
      let answer;
      started.start({
        response: (failed, _cursor, reply) => {
          answer = failed ? [0, failed.message] : [reply.code, reply.text()];
        },
        done: (failed) => (failed ? reject(failed) : resolve(answer)),
      });
    });
  });
}
