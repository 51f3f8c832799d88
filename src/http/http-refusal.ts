/** A request refused for its HTTP form alone, before OAuth has a say. */
export class HttpRefusal extends Error {
  /**
   * @param text the body of the reply, for a person
   * @param headers further headers of the reply
   */
  constructor(
    readonly status: number,
    readonly text: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(text);
  }
}
