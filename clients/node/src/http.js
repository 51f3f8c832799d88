import { Refused, Unavailable } from './client.js';

/**
 * Returns the address of a request's client. Behind a proxy, use the framework's evaluation of `X-Forwarded-For`,
 * after you have configured which proxies it trusts: `({ ip }) => ip` in Express.
 *
 * @typedef {(request: any) => string | undefined} ClientAddress
 */
/** @typedef {import('node:http').IncomingMessage & { originalUrl?: string, body?: unknown, rawBody?: Buffer }} Request */

const REPORTED = ['authorization', 'content-type', 'content-length', 'transfer-encoding'];

/**
 * Describes a request of Node for `/verify`. It contains the body if its octets are available, as `rawBody` or as a
 * Buffer in `body`. If the body is already parsed, only its length is reported, and the service refuses a form.
 *
 * @param {Request} request
 * @param {string} origin the API's origin as clients use it, such as `https://api.example.com`
 * @param {ClientAddress} [clientAddress] default: the peer's address
 * @returns {import('./client.js').ReportedRequest}
 * @throws {Refused} if a header that the verdict depends on is repeated
 */
export function reportOf(request, origin, clientAddress = otherEnd) {
  /** @type {Record<string, string>} */
  const headers = {};
  const { rawHeaders, method = 'GET' } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = String(rawHeaders[i]).toLowerCase();
    if (!REPORTED.includes(name)) continue;
    // Node silently uses the first of two.
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
 * The response for an error of `verify`; undefined for any other error.
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
