import { Logger } from '@nestjs/common';
import type { DatabaseHost, DatabaseTarget } from '../config/database-url.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { DatabaseRefusal } from './database-refusal.js';
import { Session, type SessionOptions, type StartupSettings } from './session.js';
import { encryptionsFor, type Encryption } from './tls.js';

/** How to make sessions. */
export interface ConnectorOptions {
  /** Called for each new session, so that a changed password takes effect at once. */
  readonly target: () => DatabaseTarget;
  readonly startup: StartupSettings;
  /** Must come first in the session's search_path. */
  readonly schema?: string | undefined;
  /** Options of pg besides host, user and encryption. */
  readonly client: Pick<SessionOptions, 'query_timeout' | 'application_name'>;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** With several hosts, a silent one must leave time for the others. */
const CONNECT_TIMEOUT_OF_SEVERAL_MS = 1_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
const OLDEST_VERSION = 15;

const INSPECT = `SELECT pg_backend_pid() AS pid,
  extract(epoch FROM pg_postmaster_start_time())::text AS "serverStart",
  pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly",
  current_setting('server_version_num')::int / 10000 AS version,
  current_setting('search_path') AS "searchPath",
  current_setting('statement_timeout') = '0' AS "isUnbounded",
  has_database_privilege(current_database(), 'TEMP') AS "makesTemporaryTables"`;

interface Inspected {
  readonly pid: number;
  readonly serverStart: string;
  readonly isReadOnly: boolean;
  readonly version: number;
  readonly searchPath: string;
  readonly isUnbounded: boolean;
  readonly makesTemporaryTables: boolean;
}

/**
 * Makes sessions on a server that accepts writes. Tries the last such server first, then the other hosts of the
 * connection string. Remembers what it learns about the connection.
 */
export class Connector {
  private readonly logger = new Logger('Database');
  private good: DatabaseHost | undefined;
  /** The target of the last successful login. Its password may remain valid for a while after a change. */
  private lastLetIn: DatabaseTarget | undefined;
  /** Poolers refuse startup parameters that they do not support. */
  private sendsSettings = true;
  /** Whether to assume an undetected pooler. */
  private expectsPooler = false;
  private hasToldOfPooler = false;

  constructor(private readonly options: ConnectorOptions) {}

  /** A connector for other sessions to the same target. */
  with(changes: Partial<ConnectorOptions>): Connector {
    return new Connector({ ...this.options, ...changes });
  }

  /** A connector whose statements have no time limit on the client. */
  patient(): Connector {
    return this.with({ client: { ...this.options.client, query_timeout: 0 } });
  }

  get schema(): string | undefined {
    return this.options.schema;
  }

  /** Treats each later session as pooled, because a prepared statement was missing or belonged to another client. */
  expectPooler(): void {
    this.expectsPooler = true;
  }

  /**
   * @throws DatabaseRefusal for faults that waiting does not fix; otherwise the most informative error of the hosts
   * that were tried
   */
  async connect(): Promise<Session> {
    const target = this.options.target();
    try {
      const session = await this.connectTo(target);
      this.lastLetIn = target;
      return session;
    } catch (error) {
      const { lastLetIn } = this;
      // The connection string may contain the new password before the server accepts it.
      if (!isPasswordRefused(error) || !lastLetIn || lastLetIn.password === target.password) {
        throw error;
      }
      return this.connectTo(lastLetIn);
    }
  }

  private async connectTo(target: DatabaseTarget): Promise<Session> {
    const errors: unknown[] = [];
    for (const host of this.inOrder(target.hosts)) {
      for (const encryption of encryptionsFor(target, host.host)) {
        try {
          const session = await this.attempt(target, host, encryption);
          this.good = host;
          return session;
        } catch (error) {
          errors.push(error);
          if (!mayBeTheEncryption(error, encryption)) break;
        }
      }
    }
    throw errors.find((error) => !isStoreUnavailable(error)) ?? errors.find(hasState) ?? errors[0];
  }

  private inOrder(hosts: readonly DatabaseHost[]): readonly DatabaseHost[] {
    const good = hosts.find(
      ({ host, port }) => host === this.good?.host && port === this.good?.port,
    );
    return good ? [good, ...hosts.filter((host) => host !== good)] : hosts;
  }

  private async attempt(
    target: DatabaseTarget,
    { host, port }: DatabaseHost,
    encryption: Encryption,
  ): Promise<Session> {
    const { client, startup } = this.options;
    const { sendsSettings } = this;
    const session = new Session({
      ...client,
      host,
      port,
      user: target.user,
      password: target.password,
      database: target.database,
      ssl: encryption,
      ...(encryption && target.sslNegotiation && { sslnegotiation: target.sslNegotiation }),
      ...(target.options !== undefined && { options: target.options }),
      ...(target.applicationName !== undefined && { application_name: target.applicationName }),
      enableChannelBinding: target.channelBinding !== 'disable',
      insistsOnChannelBinding: target.channelBinding === 'require',
      connectionTimeoutMillis: timeoutOf(target),
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      startup: sendsSettings ? startup : {},
    });
    try {
      await session.connect();
      await this.inspect(session, target);
      return session;
    } catch (error) {
      session.destroy();
      if (!isUnsupportedStartup(error)) throw error;
      if (!sendsSettings)
        throw new DatabaseRefusal(`${SETTINGS_OF_THE_ROLE} (${messageOf(error)}).`);
      this.sendsSettings = false;
      return this.attempt(target, { host, port }, encryption);
    }
  }

  private async inspect(session: Session, target: DatabaseTarget): Promise<void> {
    const { rows } = await session.query<Inspected>(INSPECT);
    const [inspected] = rows as [Inspected];
    const { pid, isReadOnly, version, searchPath } = inspected;
    if (version < OLDEST_VERSION) {
      throw new DatabaseRefusal(
        `PostgreSQL ${version} is too old: ${OLDEST_VERSION} is the least that is supported.`,
      );
    }
    if (isReadOnly) throw new ReadOnlyServer();
    this.assertSchema(searchPath);
    session.serverStart = inspected.serverStart;
    session.isPooled = this.expectsPooler || target.isPooled === true || pid !== session.processId;
    if (session.isPooled) this.tellOfPooler(inspected);
  }

  private tellOfPooler({ isUnbounded, makesTemporaryTables }: Inspected): void {
    if (this.hasToldOfPooler) return;
    this.hasToldOfPooler = true;
    this.logger.log('Connection pooler detected; statements are not prepared');
    if (isUnbounded) {
      this.logger.warn('The pooler ignores statement_timeout; set it for the role', {
        statement: "ALTER ROLE … SET statement_timeout = '4s'",
      });
    }
    if (makesTemporaryTables) {
      this.logger.warn(
        'The role may create temporary tables in sessions that others use after it',
        {
          statement: 'REVOKE TEMPORARY ON DATABASE … FROM PUBLIC, …',
        },
      );
    }
  }

  private assertSchema(searchPath: string): void {
    const { schema } = this.options;
    const first = searchPath
      .split(',')[0]
      ?.trim()
      .replace(/^"(.*)"$/, '$1');
    if (schema === undefined || first === schema) return;
    throw new DatabaseRefusal(
      `DATABASE_SCHEMA is ${schema}, and the pooler in between passes it on to no session. Let the role ` +
        `say it: ALTER ROLE … IN DATABASE … SET search_path = "${schema}".`,
    );
  }
}

const SETTINGS_OF_THE_ROLE =
  'The pooler in between refuses the options of DATABASE_URL. Give them to the role: ALTER ROLE … SET …';

/** The session works, but its server accepts no writes: an old primary, or a standby. */
class ReadOnlyServer extends Error {
  /** SQLSTATE read_only_sql_transaction */
  readonly code = '25006';

  constructor() {
    super('The database takes no writes');
  }
}

function timeoutOf({ connectTimeoutSeconds, hosts }: DatabaseTarget): number {
  const longest = hosts.length > 1 ? CONNECT_TIMEOUT_OF_SEVERAL_MS : CONNECT_TIMEOUT_MS;
  return Math.min(longest, (connectTimeoutSeconds ?? Infinity) * 1000);
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

const messageOf = (error: unknown): string => (error as Error).message;

const hasState = (error: unknown): boolean => /^[0-9A-Z]{5}$/.test(codeOf(error) ?? '');

const isPasswordRefused = (error: unknown): boolean => codeOf(error) === '28P01';

const isUnsupportedStartup = (error: unknown): boolean =>
  codeOf(error) === '08P01' && /unsupported startup parameter/.test(messageOf(error));

/** Whether another encryption may work: the server has no TLS, requires it (28000), or the handshake failed. */
function mayBeTheEncryption(error: unknown, encryption: Encryption): boolean {
  if (codeOf(error) === '28000') return true;
  return encryption !== false && !hasState(error) && !isStoreUnavailable(error);
}
