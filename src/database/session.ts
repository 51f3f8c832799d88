import pg from 'pg';

/** What pg keeps to itself. */
interface Inside {
  readonly connection: {
    readonly stream: { destroy(): void };
    on(event: string, listener: (message: never) => void): void;
    emit(event: 'error', error: Error): void;
  };
  readonly processID: number;
  readonly saslSession: { readonly mechanism: string } | null;
}

/** A session's settings that travel with its start and cost no round trip. */
export type StartupSettings = Readonly<Record<string, string>>;

export interface SessionOptions extends pg.ClientConfig {
  readonly startup?: StartupSettings;
  /** Refuses a server that offers no SCRAM-SHA-256-PLUS. */
  readonly insistsOnChannelBinding?: boolean;
}

const { getStartupConf } = pg.Client.prototype as unknown as {
  getStartupConf: (this: pg.Client) => StartupSettings;
};

/**
 * A pg connection that has an 'error' listener from the start, and knows whether its server accepts writes.
 *
 * A server that ends a connection says so, and pg tells it by an event that ends the process when nobody
 * listens. Who lends a connection out can't listen soon enough: a new one may be told that it is ready and
 * that it is over by one packet. Whoever uses it meets the end by its next statement.
 */
export class Session extends pg.Client {
  /** A pooler is between this session and the server: others use the server's session in turn. */
  isPooled = false;
  /** When its server started, to the microsecond: tells one server from another. Behind a pooler, that of its begin. */
  serverStart = '';
  /** When its last use ended, in milliseconds of `performance.now()`. */
  idleSinceMs = 0;
  /** To be ended at its release. */
  isForsaken = false;
  private readonly startup: StartupSettings;

  /** @param onReadOnly called when the server says, with any answer, that it takes no writes any more */
  constructor({ startup = {}, insistsOnChannelBinding, ...config }: SessionOptions) {
    super(config);
    this.startup = startup;
    this.on('error', () => undefined);
    this.inside.connection.on(
      'parameterStatus',
      (message: { parameterName: string; parameterValue: string }) => {
        // Both are reported since PostgreSQL 14: at the start, and whenever they change.
        const { parameterName, parameterValue } = message;
        if (!WRITES_DEPEND_ON.has(parameterName) || this.isPooled) return;
        if (parameterValue === 'on') this.emit('read-only');
      },
    );
    if (insistsOnChannelBinding) this.insistOnChannelBinding();
  }

  /** Of the server's process, as the start of the session said it. */
  get processId(): number {
    return this.inside.processID;
  }

  /**
   * Prepares the statement once under its name, and then only runs it. Behind a pooler it has no name: whoever
   * shares the server's session could put another statement behind it (docs/adr/0060).
   *
   * @throws what pg throws
   */
  queryPrepared({ name, ...unnamed }: pg.QueryConfig): Promise<pg.QueryResult> {
    return this.query(this.isPooled ? unnamed : { name, ...unnamed });
  }

  /** pg's own, and it sends no others. */
  getStartupConf(): StartupSettings {
    return { ...getStartupConf.call(this), ...this.startup };
  }

  /** Ends it at once, and without the farewell that a silent server would never answer. */
  destroy(): void {
    this.inside.connection.stream.destroy();
  }

  private get inside(): Inside {
    return this as unknown as Inside;
  }

  /** As libpq does: a server that lets in without the proof, or with another one, is refused as well. */
  private insistOnChannelBinding(): void {
    const { connection } = this.inside;
    let isBound = false;
    const refuse = () =>
      connection.emit('error', new Error('channel_binding=require, and the server offers none'));
    // Heard before pg forgets the exchange; a proof of the server's that does not hold is pg's to refuse.
    connection.on('authenticationSASLFinal', () => {
      isBound = this.inside.saslSession?.mechanism === BOUND;
    });
    connection.on('authenticationOk', () => {
      if (!isBound) refuse();
    });
    connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: string[] }) => {
      if (!mechanisms.includes(BOUND)) refuse();
    });
    connection.on('authenticationCleartextPassword', refuse);
    connection.on('authenticationMD5Password', refuse);
  }
}

const BOUND = 'SCRAM-SHA-256-PLUS';

const WRITES_DEPEND_ON = new Set(['in_hot_standby', 'default_transaction_read_only']);
