// `axios-oauth-1.0a` with its default configuration; a form is passed as URLSearchParams.
import axios from 'axios';
import addOAuthInterceptor from 'axios-oauth-1.0a';
import { answerLines, signingSecret } from './answer-lines.mjs';

await answerLines(async (order) => {
  const { key, token, tokenSecret, method, signatureMethod, url, kind, payload } = order;
  const client = axios.create({
    validateStatus: null,
    responseType: 'text',
    transformResponse: [],
  });
  addOAuthInterceptor(client, {
    algorithm: signatureMethod,
    key,
    secret: signingSecret(order),
    token: token || null,
    tokenSecret: tokenSecret || null,
    callback: kind === 'callback' ? payload : null,
    verifier: kind === 'verifier' ? payload : null,
  });
  const bodies = { form: () => new URLSearchParams(payload), json: () => payload };
  const headers = kind === 'json' ? { 'Content-Type': 'application/json' } : {};
  const reply = await client.request({
    method,
    url,
    data: bodies[kind]?.(),
    headers,
    proxy: false,
  });
  return [reply.status, reply.data];
});
