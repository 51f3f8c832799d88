// Requests as they go over the wire, signed beforehand by a public client library.
import { signedHeader } from './signed-header.mjs';

const head = (lines) => `${lines.join('\r\n')}\r\n\r\n`;

function signedGet({ host, path }, credentials) {
  const header = signedHeader('GET', `http://${host}${path}`, {}, credentials);
  return Buffer.from(
    head([`GET ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: ${header}`, 'Accept: */*']),
  );
}

const API = 'https://api.example.com/photos';
const API_QUERY = { file: 'vacation.jpg', size: 'original' };

/** What a gateway reports of a request to an API behind it. */
function reported({ host, path, gatewayKey }, credentials) {
  const Authorization = signedHeader('GET', API, API_QUERY, credentials);
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
