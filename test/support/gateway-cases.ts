import { CADDY, HAPROXY, NGINX, VARNISH } from './debian-tools.js';
import { startCaddy, startHaproxy, startNginx, startVarnish } from './gateway-process.js';

/** Identity headers that a client could forge. Some upstreams treat `_` like `-`. */
export const FORGED = [
  ['X-OAuth-Consumer-Key', 'forged'],
  ['x-oauth-token', 'forged'],
  ['X-OAUTH-SUBJECT', 'forged'],
  ['X-OAuth-Subject', 'forged'],
  ['X-OAuth-Scope', 'forged'],
  ['X-OAuth-Body-Verified', 'forged'],
  ['X-OAuth-Assertion', 'forged'],
  ['X_OAuth_Subject', 'forged'],
  ['X_OAuth_Assertion', 'forged'],
  ['x_oauth_token', 'forged'],
  ['X-OAuth_Subject', 'forged'],
  ['X_OAuth-Subject', 'forged'],
  ['X-OAuth-Consumer_Key', 'forged'],
  ['X_OAuth-Body_Verified', 'forged'],
  ['X-Gateway-Key', 'forged'],
] as const;

const NOTHING_TOLD = ['x-oauth-token', 'x-oauth-subject', 'x-oauth-scope'];

/** The gateways that the tests run, and how their responses differ. */
export const GATEWAYS = [
  // nginx passes on only 401 and 403, without the body, and turns every other refusal into 500. It omits empty
  // headers.
  {
    name: 'nginx',
    tool: NGINX,
    start: startNginx,
    page: 'nginx.conf',
    refused: 403,
    lost: 500,
    empty: [],
    forwardsForms: false,
  },
  {
    name: 'Caddy',
    tool: CADDY,
    start: startCaddy,
    page: 'Caddyfile',
    refused: 400,
    lost: 503,
    empty: NOTHING_TOLD,
    forwardsForms: false,
  },
  {
    name: 'HAProxy',
    tool: HAPROXY,
    start: startHaproxy,
    page: 'haproxy.cfg',
    refused: 400,
    lost: 503,
    empty: NOTHING_TOLD,
    forwardsForms: true,
  },
  {
    name: 'Varnish',
    tool: VARNISH,
    start: startVarnish,
    page: 'varnish.vcl',
    refused: 401,
    lost: 503,
    empty: NOTHING_TOLD,
    forwardsForms: true,
  },
];
