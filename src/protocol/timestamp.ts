import { timestampRefused } from './oauth-problem.js';

/**
 * `oauth_timestamp` in seconds (RFC 5849 §3.3: a positive integer), or undefined if the text is not one. At most
 * fifteen ASCII digits: these fit a JavaScript number and a bigint column.
 */
export function parseTimestamp(text: string): number | undefined {
  if (!/^[0-9]{1,15}$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds > 0 ? seconds : undefined;
}

/**
 * Throws OAuthProblem `timestamp_refused` unless the timestamp is at most `windowSeconds` before or after now. A
 * request from the future is refused too, because its nonce would have to be kept for years.
 */
export function assertWithinWindow(
  timestampSeconds: number,
  nowSeconds: number,
  windowSeconds: number,
): void {
  const now = Math.floor(nowSeconds);
  if (Math.abs(timestampSeconds - now) <= windowSeconds) return;
  throw timestampRefused(now - windowSeconds, now + windowSeconds);
}
