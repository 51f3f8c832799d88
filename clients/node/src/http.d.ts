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
export function reportOf(
  request: Request,
  origin: string,
  clientAddress?: ClientAddress,
): import('./client.js').ReportedRequest;
/**
 * The response for an error of `verify`; undefined for any other error.
 *
 * @param {unknown} error
 * @param {string} realm
 */
export function answerTo(
  error: unknown,
  realm: string,
):
  | {
      status: number;
      headers: {
        'Retry-After': string;
      };
      body: string;
    }
  | {
      status: number;
      headers: {
        'WWW-Authenticate'?: string | undefined;
        'Content-Type': string;
        'Cache-Control': string;
        'Retry-After'?: undefined;
      };
      body: string;
    }
  | undefined;
/**
 * Returns the address of a request's client. Behind a proxy, use the framework's evaluation of `X-Forwarded-For`,
 * after you have configured which proxies it trusts: `({ ip }) => ip` in Express.
 */
export type ClientAddress = (request: any) => string | undefined;
export type Request = import('node:http').IncomingMessage & {
  originalUrl?: string;
  body?: unknown;
  rawBody?: Buffer;
};
