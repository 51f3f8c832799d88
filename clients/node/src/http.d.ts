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
export function reportOf(
  request: Request,
  origin: string,
  clientAddress?: ClientAddress,
): import('./client.js').ReportedRequest;
/**
 * What the client is answered for an error of `verify`; undefined for any other error.
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
 * Says where a request comes from. Behind a proxy that is what the framework makes of `X-Forwarded-For` once it has been
 * told which proxies to trust: `({ ip }) => ip` in Express.
 */
export type ClientAddress = (request: any) => string | undefined;
export type Request = import('node:http').IncomingMessage & {
  originalUrl?: string;
  body?: unknown;
  rawBody?: Buffer;
};
