// `axios-oauth-1.0a` in its default configuration; a form is given as URLSearchParams.
import axios from 'axios';
import addOAuthInterceptor from 'axios-oauth-1.0a';
import { answerLines } from './answer-lines.mjs';

await answerLines(async ({ key, secret, token, tokenSecret, method, url, kind, payload }) => {
  const client = axios.create({
    validateStatus: null,
    responseType: 'text',
    transformResponse: [],
  });
  (addOAuthInterceptor.default ?? addOAuthInterceptor)(client, {
    algorithm: 'HMAC-SHA1',
    key,
    secret,
    token: token || null,
    tokenSecret: tokenSecret || null,
    callback: kind === 'callback' ? payload : null,
    verifier: kind === 'verifier' ? payload : null,
  });
  const data =
    kind === 'form' ? new URLSearchParams(payload) : kind === 'json' ? payload : undefined;
  const headers = kind === 'json' ? { 'Content-Type': 'application/json' } : {};
  const reply = await client.request({ method, url, data, headers, proxy: false });
  return [reply.status, reply.data];
});
