// The requests of the load, signed by a public client library. Each is plain data, so that the same octets can be
// sent again to any replica.
import { randomBytes } from 'node:crypto';
import { signedHeader } from '../../bench/signed-header.mjs';

export const ADMIN_API_KEY = randomBytes(32).toString('hex');

const API = 'https://api.example.com/photos';

function signed(route, method, path, credentials) {
  const host = `127.0.0.1:${route.door.port}`;
  const Authorization = signedHeader(method, `http://${host}${path}`, {}, credentials);
  return { method, path, headers: { Host: host, Authorization } };
}

function byStaff(method, path, value) {
  return {
    isForStaff: true,
    method,
    path,
    headers: { Authorization: `Bearer ${ADMIN_API_KEY}`, 'Content-Type': 'application/json' },
    body: value && JSON.stringify(value),
  };
}

/** RFC 5849 section 2.1. */
export const initiate = (route, consumer) =>
  signed(route, 'POST', '/oauth/oauth10/initiate', { consumer, callback: 'oob' });

/** Section 2.2, as the platform's own consent page does it. */
export const accept = (temporary) =>
  byStaff('POST', `/admin/authorization-requests/${temporary}/accept`, { subject: 'jane' });

/** Section 2.3. */
export const exchange = (route, credentials) =>
  signed(route, 'GET', '/oauth/oauth10/token', credentials);

/** Section 3, at this service itself. */
export const echo = (route, credentials) =>
  signed(route, 'GET', '/oauth/oauth10/echo', credentials);

/** Section 3, as a gateway reports a request to an API. */
export const verify = (credentials) =>
  byStaff('POST', '/verify', {
    method: 'GET',
    url: API,
    headers: { Authorization: signedHeader('GET', API, {}, credentials) },
  });

export const revoke = (route, credentials) =>
  signed(route, 'POST', '/oauth/oauth10/revoke', credentials);

export const revokeByStaff = (token) => byStaff('POST', `/admin/tokens/${token}/revoke`);

export const register = (name) => byStaff('POST', '/admin/consumers', { name, scopes: ['photos'] });

export const setStatus = (consumerKey, status) =>
  byStaff('PATCH', `/admin/consumers/${consumerKey}`, { status });

/** Why a signed request was refused: `oauth_problem`, or the counterpart in the reply of `/verify`. */
export function problemOf({ body }) {
  if (body.startsWith('{')) {
    const { problem, code } = JSON.parse(body);
    return problem ?? code;
  }
  return new URLSearchParams(body).get('oauth_problem') ?? undefined;
}

/** Whether a signed request was accepted. */
export const isAccepted = ({ status, body }) =>
  (status === 200 || status === 204) && !body.startsWith('{"active":false');
