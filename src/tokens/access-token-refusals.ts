/** The refusal of an operation of staff on an access token. */
export class AccessTokenRefused extends Error {
  /** @param place with `scopes_exceeded`, the index of the first scope that the consumer does not have */
  constructor(
    readonly reason: 'unknown' | 'consumer_unknown' | 'taken' | 'scopes_exceeded',
    readonly place = 0,
  ) {
    super(`Access token refused: ${reason}`);
  }
}
