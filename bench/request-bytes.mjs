// Requests as they go over the wire, signed beforehand by a public client library.
import { randomBytes } from 'node:crypto';
import oauthSign from 'oauth-sign';

const encode = (text) => oauthSign.rfc3986(text);

/** The header of one request; each call has a nonce of its own. */
function authorization(method, url, query, { consumer, token, secret, verifier }) {
  const protocol = {
    oauth_consumer_key: consumer.key,
    oauth_token: token,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_nonce: randomBytes(16).toString('hex'),
    oauth_version: '1.0',
    ...(verifier && { oauth_verifier: verifier }),
  };
  const signature = oauthSign.hmacsign(
    method,
    url,
    { ...protocol, ...query },
    consumer.secret,
    secret,
  );
  const pairs = Object.entries({ ...protocol, oauth_signature: signature });
  return `OAuth ${pairs.map(([name, value]) => `${name}="${encode(value)}"`).join(', ')}`;
}

const head = (lines) => `${lines.join('\r\n')}\r\n\r\n`;

function signedGet({ host, path }, credentials) {
  const header = authorization('GET', `http://${host}${path}`, {}, credentials);
  return Buffer.from(
    head([`GET ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: ${header}`, 'Accept: */*']),
  );
}

const API = 'https://api.example.com/photos';
const API_QUERY = { file: 'vacation.jpg', size: 'original' };

/** What a gateway reports of a request to an API behind it. */
function reported({ host, path, gatewayKey }, credentials) {
  const Authorization = authorization('GET', API, API_QUERY, credentials);
  const url = `${API}?${new URLSearchParams(API_QUERY)}`;
  const body = JSON.stringify({ method: 'GET', url, headers: { Authorization } });
  return Buffer.from(
    head([
      `POST ${path} HTTP/1.1`,
      `Host: ${host}`,
      `X-Gateway-Key: ${gatewayKey}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]) + body,
  );
}

const plain = ({ host, path }) => Buffer.from(head([`GET ${path} HTTP/1.1`, `Host: ${host}`]));

/** For each kind of load: its requests, and whether an answer is the right one. */
export const KINDS = {
  plain: { make: (job) => plain(job), isRight: ({ status }) => status === 200 },
  exchange: {
    make: (job, index) => signedGet(job, job.credentials[index]),
    isRight: ({ status, body }) =>
      status === 200 && /(^|&)oauth_token=[^&]+/.test(body) && body.includes('oauth_token_secret='),
  },
  resource: {
    make: (job, index) => signedGet(job, job.credentials[index % job.credentials.length]),
    isRight: ({ status }) => status === 200,
  },
  verify: {
    make: (job, index) => reported(job, job.credentials[index % job.credentials.length]),
    isRight: ({ status, body }) => status === 200 && body.includes('"active":true'),
  },
};
