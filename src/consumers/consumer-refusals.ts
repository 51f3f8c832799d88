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

/** The consumer does not have a version for which the change was made. */
export class ConsumerChanged extends Error {
  constructor() {
    super('The consumer was changed meanwhile');
  }
}

/** A rotation would invalidate the consumer's previous secret before its time. */
export class SecretOverlapRunning extends Error {
  constructor(readonly until: Date) {
    super('The previous secret still holds');
  }
}
