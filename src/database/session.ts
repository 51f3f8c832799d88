import pg from 'pg';

/** Internals of pg that are not in its types. */
interface Inside {
  readonly connection: {
    readonly stream: { destroy(): void };
    on(event: string, listener: (message: never) => void): void;
    emit(event: 'error', error: Error): void;
  };
  readonly processID: number;
  readonly saslSession: { readonly mechanism: string } | null;
}

/** Settings in the startup message of a session; they cost no round trip. */
export type StartupSettings = Readonly<Record<string, string>>;

export interface SessionOptions extends pg.ClientConfig {
  readonly startup?: StartupSettings;
  /** Refuses a server that does not offer SCRAM-SHA-256-PLUS. */
  readonly insistsOnChannelBinding?: boolean;
}

const { getStartupConf } = pg.Client.prototype as unknown as {
  getStartupConf: (this: pg.Client) => StartupSettings;
};

/**
 * A pg connection that has an 'error' listener from the start, and knows whether its server accepts writes.
 *
 * When a server ends a connection, pg emits an 'error' event, which ends the process if there is no listener. The
 * user of a pool cannot add a listener soon enough: one packet may report that a new connection is ready and that it
 * has ended. A caller sees the end of the connection at its next statement.
 */
export class Session extends pg.Client {
  /**
   * Whether a pooler is between this session and the server, so that other clients use the server's session in turn.
   */
  isPooled = false;
  /**
   * When the server started, to the microsecond; identifies the server. Behind a pooler, the server at the beginning
   * of the session.
   */
  serverStart = '';
  /** When its last use ended, in milliseconds of `performance.now()`. */
  idleSinceMs = 0;
  /** Whether to end the session at its release. */
  isForsaken = false;
  private readonly startup: StartupSettings;

  /** Emits 'read-only' when the server reports, with any response, that it no longer accepts writes. */
  constructor({ startup = {}, insistsOnChannelBinding, ...config }: SessionOptions) {
    super(config);
    this.startup = startup;
    this.on('error', () => undefined);
    this.inside.connection.on(
      'parameterStatus',
      (message: { parameterName: string; parameterValue: string }) => {
        // PostgreSQL 14 and newer report both parameters at the start and at each change.
        const { parameterName, parameterValue } = message;
        if (!WRITES_DEPEND_ON.has(parameterName) || this.isPooled) return;
        if (parameterValue === 'on') this.emit('read-only');
      },
    );
    if (insistsOnChannelBinding) this.insistOnChannelBinding();
  }

  /** The id of the server's process, from the startup of the session. */
  get processId(): number {
    return this.inside.processID;
  }

  /**
   * Prepares the statement once under its name, and later only executes it. Behind a pooler the statement has no
   * name, because another user of the server's session could prepare a different statement under the name
   * (docs/adr/0060).
   *
   * @throws what pg throws
   */
  queryPrepared({ name, ...unnamed }: pg.QueryConfig): Promise<pg.QueryResult> {
    return this.query(this.isPooled ? unnamed : { name, ...unnamed });
  }

  /** Adds settings to pg's own, which cannot be extended by an option. */
  getStartupConf(): StartupSettings {
    return { ...getStartupConf.call(this), ...this.startup };
  }

  /**
   * Closes the connection at once, without waiting for the server as `end()` does: a silent server would never
   * answer.
   */
  destroy(): void {
    this.inside.connection.stream.destroy();
  }

  private get inside(): Inside {
    return this as unknown as Inside;
  }

  /**
   * Requires channel binding, as libpq does: also refuses a server that accepts the login without the proof, or with
   * another mechanism.
   */
  private insistOnChannelBinding(): void {
    const { connection } = this.inside;
    let isBound = false;
    const refuse = () =>
      connection.emit('error', new Error('channel_binding=require, and the server offers none'));
    // This listener runs before pg discards the SASL session. pg itself refuses an invalid proof of the server.
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
