/**
 * Stores a value in a request or response, under a symbol of its own. A WeakMap would do the same, but the
 * garbage collector visits its entries repeatedly (docs/adr/0056).
 */
export class RequestProperty<Owner extends object, Value> {
  private readonly name: symbol;

  /** @param description shown by debuggers */
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
