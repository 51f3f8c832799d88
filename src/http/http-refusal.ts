/** A request that is refused for its HTTP form alone, before OAuth is considered. */
export class HttpRefusal extends Error {
  /**
   * @param text the body of the reply, for people
   * @param headers additional headers of the reply
   */
  constructor(
    readonly status: number,
    readonly text: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(text);
  }
}
