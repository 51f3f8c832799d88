/** The consumer key belongs to another consumer. */
export class ConsumerKeyTaken extends Error {
  constructor() {
    super('The consumer key is taken');
  }
}

/** No consumer has this key. */
export class ConsumerUnknown extends Error {
  constructor() {
    super('No consumer has this key');
  }
}

/** The consumer is not at a version that the change was made for. */
export class ConsumerChanged extends Error {
  constructor() {
    super('The consumer was changed meanwhile');
  }
}
