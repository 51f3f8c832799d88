// What the npm drivers share: the lines of README.md, and plain HTTP for libraries that only sign.
import { request } from 'node:http';
import { createInterface } from 'node:readline';

/** Where a library has no way to say what is asked. */
export class Unable extends Error {}

/** Answers each line of standard input with what `answer` makes of it: [status, body]. */
export async function answerLines(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [operation, key, secret, token, tokenSecret, method, url, kind, payload] =
      line.split('\t');
    const order = { operation, key, secret, token, tokenSecret, method, url, kind, payload };
    try {
      console.log((await answer(order)).join('\t'));
    } catch (error) {
      if (!(error instanceof Unable)) throw error;
      console.log(`unable\t${error.message}`);
    }
  }
}

/** The pairs of a query or form as an object, a repeated name with a list, as `querystring` has it. */
export function parametersOf(encoded) {
  const parameters = {};
  for (const [name, value] of new URLSearchParams(encoded)) {
    const before = parameters[name];
    parameters[name] = before === undefined ? value : [before, value].flat();
  }
  return parameters;
}

/** The callback or verifier of an order, by its name on the wire. */
export function danceParameter({ kind, payload }) {
  if (kind === 'callback') return { oauth_callback: payload };
  if (kind === 'verifier') return { oauth_verifier: payload };
  return {};
}

/** Sends an order with a finished header: [status, body]. */
export function sendWith(authorization, { method, url, kind, payload }) {
  const headers = { authorization };
  if (kind === 'form') headers['content-type'] = 'application/x-www-form-urlencoded';
  if (kind === 'json') headers['content-type'] = 'application/json';
  const body = kind === 'form' || kind === 'json' ? payload : '';
  if (method === 'POST') headers['content-length'] = Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (reply) => {
      reply.setEncoding('utf8');
      let text = '';
      reply.on('data', (chunk) => (text += chunk));
      reply.on('end', () => resolve([reply.statusCode, text]));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
