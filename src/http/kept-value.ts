/**
 * Keeps a value with each request or response: as a property whose name is a symbol that nobody else has. A
 * WeakMap would do the same, but the collector of garbage goes through its entries again and again.
 */
export class KeptValue<Owner extends object, Value> {
  private readonly name: symbol;

  /** @param description for who looks at the owner in a debugger */
  constructor(description: string) {
    this.name = Symbol(description);
  }

  get(owner: Owner): Value | undefined {
    return (owner as Record<symbol, Value | undefined>)[this.name];
  }

  set(owner: Owner, value: Value): void {
    (owner as Record<symbol, Value | undefined>)[this.name] = value;
  }
}
