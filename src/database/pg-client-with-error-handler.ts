import pg from 'pg';

/**
 * A connection whose end is heard of from the first moment on.
 *
 * A server that ends a connection says so, and pg tells it by an event that ends the process when nobody
 * listens. Who lends a connection out can't listen soon enough: a new one may be told that it is ready and
 * that it is over by one packet. Whoever uses it meets the end by its next statement.
 */
export class PgClientWithErrorHandler extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
