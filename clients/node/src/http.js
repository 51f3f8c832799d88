import { Refused, Unavailable } from './client.js';

/**
 * Says where a request comes from. Behind a proxy that is what the framework makes of `X-Forwarded-For` once it has been
 * told which proxies to trust: `({ ip }) => ip` in Express.
 *
 * @typedef {(request: any) => string | undefined} ClientAddress
 */
/** @typedef {import('node:http').IncomingMessage & { originalUrl?: string, body?: unknown, rawBody?: Buffer }} Request */

const REPORTED = ['authorization', 'content-type', 'content-length', 'transfer-encoding'];

/**
 * A request of Node as `/verify` wants it. The body is reported where its octets are there: `rawBody`, or a `body`
 * that is a Buffer. Of one that was parsed already the service is told the length alone, and refuses a form.
 *
 * @param {Request} request
 * @param {string} origin how clients reach the API: `https://api.example.com`
 * @param {ClientAddress} [clientAddress] the other end of the connection unless set
 * @returns {import('./client.js').ReportedRequest}
 * @throws {Refused} when a header that the verdict depends on came twice
 */
export function reportOf(request, origin, clientAddress = otherEnd) {
  /** @type {Record<string, string>} */
  const headers = {};
  const { rawHeaders, method = 'GET' } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = String(rawHeaders[i]).toLowerCase();
    if (!REPORTED.includes(name)) continue;
    // Node takes the first of two, silently.
    if (name in headers) throw twice(name);
    headers[name] = String(rawHeaders[i + 1]);
  }
  const octets = request.rawBody ?? (Buffer.isBuffer(request.body) ? request.body : undefined);
  const address = clientAddress(request);
  return {
    method,
    url: origin + (request.originalUrl ?? request.url),
    headers,
    ...(octets && { bodyBase64: octets.toString('base64') }),
    ...(address && { clientAddress: address }),
  };
}

/** @type {ClientAddress} */
const otherEnd = ({ socket }) => socket.remoteAddress;

/** @param {string} name */
const twice = (name) =>
  new Refused({
    active: false,
    status: 400,
    problem: 'parameter_rejected',
    advice: `Send the header ${name} once.`,
  });

/**
 * What the client is answered for an error of `verify`; undefined for any other error.
 *
 * @param {unknown} error
 * @param {string} realm
 */
export function answerTo(error, realm) {
  if (error instanceof Unavailable) {
    return { status: 503, headers: { 'Retry-After': String(error.retryAfterSeconds) }, body: '' };
  }
  if (!(error instanceof Refused)) return undefined;
  const { status, problem, advice } = error.verdict;
  const challenge = `OAuth realm="${realm}", oauth_problem="${problem}"`;
  return {
    status,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Cache-Control': 'no-store',
      ...(status === 401 && { 'WWW-Authenticate': challenge }),
    },
    body: new URLSearchParams({ oauth_problem: problem, oauth_problem_advice: advice }).toString(),
  };
}
