// Requests as sent on the wire, signed beforehand by a public client library.
import { signedHeader } from './signed-header.mjs';

const head = (lines) => `${lines.join('\r\n')}\r\n\r\n`;

export function signedGet({ host, path }, credentials) {
  const header = signedHeader('GET', `http://${host}${path}`, {}, credentials);
  return Buffer.from(
    head([`GET ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: ${header}`, 'Accept: */*']),
  );
}

const API = 'https://api.example.com/photos';
const API_QUERY = { file: 'vacation.jpg', size: 'original' };

/** A gateway's request to /verify about a request to an API. */
export function reported({ host, path, gatewayKey }, credentials) {
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

/** A gateway's forward-auth request about the same request. */
export function forwarded({ host, path, gatewayKey }, credentials) {
  const { hostname, pathname, protocol } = new URL(API);
  return Buffer.from(
    head([
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      `X-Gateway-Key: ${gatewayKey}`,
      `Authorization: ${signedHeader('GET', API, API_QUERY, credentials)}`,
      'X-Forwarded-Method: GET',
      `X-Forwarded-Proto: ${protocol.slice(0, -1)}`,
      `X-Forwarded-Host: ${hostname}`,
      `X-Forwarded-Uri: ${pathname}?${new URLSearchParams(API_QUERY)}`,
    ]),
  );
}

/** A request for temporary credentials (RFC 5849 section 2.1). */
export function initiation({ host, path }, { consumer }) {
  const header = signedHeader('POST', `http://${host}${path}`, {}, { consumer, callback: 'oob' });
  return Buffer.from(
    head([
      `POST ${path} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: ${header}`,
      'Content-Length: 0',
    ]),
  );
}

/** A POST of staff with a JSON body. */
export function staffPost({ host, gatewayKey }, path, content) {
  const body = JSON.stringify(content);
  return Buffer.from(
    head([
      `POST ${path} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: Bearer ${gatewayKey}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]) + body,
  );
}

/** The owner allows; `path` is the path of all authorization requests. */
export const acceptance = (job, { token }) =>
  staffPost(job, `${job.path}/${token}/accept`, { subject: 'jane' });

export const plain = ({ host, path }) =>
  Buffer.from(head([`GET ${path} HTTP/1.1`, `Host: ${host}`]));
