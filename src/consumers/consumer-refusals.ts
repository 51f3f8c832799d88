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

/** A rotation would end the consumer's previous secret before its time. */
export class SecretOverlapRunning extends Error {
  constructor(readonly until: Date) {
    super('The previous secret still holds');
  }
}
