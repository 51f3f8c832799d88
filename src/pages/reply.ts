import type { ServerResponse } from 'node:http';

/** A response to the browser. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Set-Cookie values. */
  readonly cookies?: readonly string[];
  readonly body?: string | Buffer;
}

// The address contains the token, so other sites must not see it. `no-referrer` would be stricter, but with it
// browsers also hide from this service where a form comes from (Origin: null).
const EVERYWHERE = {
  'Cache-Control': 'no-store',
  // A page that opened this one in a window must not be able to navigate it.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/**
 * A redirect, only after all checks. 302, because the contract of the callback requires it; browsers follow it with
 * GET.
 */
export const redirectTo = (location: string, cookies: readonly string[] = []): Reply => ({
  status: 302,
  headers: { Location: location },
  cookies,
});

/**
 * Sends the response.
 *
 * @param always headers of every response of this service, besides those of all pages
 */
export function sendReply(
  response: ServerResponse,
  reply: Reply,
  always: Readonly<Record<string, string>>,
): void {
  const { status, body = '' } = reply;
  response
    .writeHead(status, {
      ...replyHeaders(reply, always),
      'Content-Length': Buffer.byteLength(body),
    })
    .end(body);
}

/** The headers of the response, except its length. */
export const replyHeaders = (
  { headers, cookies = [] }: Reply,
  always: Readonly<Record<string, string>> = {},
): Record<string, string | string[]> => ({
  ...EVERYWHERE,
  ...always,
  'Content-Security-Policy': NOTHING_AT_ALL,
  ...headers,
  ...(cookies.length > 0 && { 'Set-Cookie': [...cookies] }),
});

const NOTHING_AT_ALL =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
