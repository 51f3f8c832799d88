/** What staff asked of an access token, and can't be. */
export class AccessTokenRefused extends Error {
  /** @param place with `scopes_exceeded`, the index of the first scope beyond the consumer's */
  constructor(
    readonly reason: 'unknown' | 'consumer_unknown' | 'taken' | 'scopes_exceeded',
    readonly place = 0,
  ) {
    super(`Access token refused: ${reason}`);
  }
}
