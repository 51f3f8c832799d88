// Shared code of the npm drivers: the line protocol of README.md, and plain HTTP for libraries that only sign.
import { createPrivateKey } from 'node:crypto';
import { request } from 'node:http';
import { createInterface } from 'node:readline';

/** Thrown if a library cannot express the request. */
export class Unable extends Error {}

const NAMES = [
  'operation',
  'key',
  'secret',
  'token',
  'tokenSecret',
  'method',
  'signatureMethod',
  'url',
  'kind',
  'payload',
];

/** Answers each line of standard input with the result of `answer`: [status, body]. */
export async function answerLines(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    const fields = line.split('\t');
    const order = Object.fromEntries(NAMES.map((name, index) => [name, fields[index]]));
    try {
      console.log((await answer(order)).join('\t'));
    } catch (error) {
      if (!(error instanceof Unable)) throw error;
      console.log(`unable\t${error.message}`);
    }
  }
}

/** The key for a library: the secret, or for RSA the private key that the order has in its place, as PEM. */
export function signingSecret({ signatureMethod, secret }) {
  return signatureMethod.startsWith('RSA') ? pemOf(secret) : secret;
}

/** The private key of an RSA consumer. */
export function pemOf(secret) {
  const der = Buffer.from(secret, 'base64');
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return key.export({ format: 'pem', type: 'pkcs8' });
}

/** The pairs of a query or form as an object; a repeated name has an array, as with `querystring`. */
export function parametersOf(encoded) {
  const parameters = {};
  for (const [name, value] of new URLSearchParams(encoded)) {
    const before = parameters[name];
    parameters[name] = before === undefined ? value : [before, value].flat();
  }
  return parameters;
}

/** The callback or verifier of an order, with its parameter name. */
export function danceParameter({ kind, payload }) {
  if (kind === 'callback') return { oauth_callback: payload };
  if (kind === 'verifier') return { oauth_verifier: payload };
  return {};
}

/** Sends an order with this Authorization header. Resolves to [status, body]. */
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
