import type { ServerResponse } from 'node:http';

/** What goes back to the browser. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Set-Cookie values. */
  readonly cookies?: readonly string[];
  readonly body?: string | Buffer;
}

// The address holds the token, so other sites must not learn it. `no-referrer` would be stricter,
// but with it browsers hide from us, too, where a form comes from (Origin: null).
const EVERYWHERE = {
  'Cache-Control': 'no-store',
  // No page that opened this one in a window keeps a hold on it, to lead it elsewhere.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/**
 * A redirect after everything was checked. 302, since the callback's contract says so; browsers
 * follow it with GET.
 */
export const redirectTo = (location: string, cookies: readonly string[] = []): Reply => ({
  status: 302,
  headers: { Location: location },
  cookies,
});

/**
 * Sends the reply.
 *
 * @param always headers that every reply of this service has, beside those of every service
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

/** The headers of the reply, but for its length. */
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
