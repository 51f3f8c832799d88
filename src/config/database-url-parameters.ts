import { readFileSync } from 'node:fs';

/** The modes of libpq; see docs/operations.md. */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** Whether SCRAM authentication is bound to the server's certificate (SCRAM-SHA-256-PLUS). */
export type ChannelBinding = 'disable' | 'prefer' | 'require';

/** The parameters of a connection string, except host, user and database. */
export interface ConnectionParameters {
  /** Undefined: `prefer`, or `allow` for loopback addresses. */
  readonly sslMode?: SslMode;
  /** A file of CA certificates, or `system` for those that Node includes. */
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
  readonly sslPassword?: string;
  readonly sslNegotiation?: 'postgres' | 'direct';
  readonly channelBinding?: ChannelBinding;
  readonly options?: string;
  readonly applicationName?: string;
  readonly connectTimeoutSeconds?: number;
  /** Whether a connection pooler is in between, even if the service cannot detect it. */
  readonly isPooled?: boolean;
  /** Known parameters without effect here. */
  readonly ignored: readonly string[];
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Adds the parameters that can replace the parts of the URL before `?`. */
export type AllParameters = Writable<ConnectionParameters> & {
  user?: string;
  password?: string;
  dbname?: string;
  host?: string;
  port?: string;
  ignored: string[];
};

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

const oneOf = <const Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[],
) => {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new Error(`has a ${name} that is none of ${choices.join(', ')}`);
  }
  return choice;
};

/** Reads the file to detect a wrong path at once. Otherwise TLS would lack its certificates for a minute. */
function readableFile(name: string, path: string): string {
  try {
    readFileSync(path);
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`has a ${name} that names no readable file (${code})`, { cause: error });
  }
}

type Reader = (into: AllParameters, text: string, name: string) => void;

const known: Record<string, Reader> = {
  user: (into, text) => (into.user = text),
  password: (into, text) => (into.password = text),
  dbname: (into, text) => (into.dbname = text),
  host: (into, text) => (into.host = text),
  port: (into, text) => (into.port = text),
  // A mode of node-postgres: encrypted, but not verified.
  sslmode: (into, text, name) =>
    (into.sslMode = text === 'no-verify' ? 'require' : oneOf(name, text, SSL_MODES)),
  // A parameter of JDBC and node-postgres.
  ssl: (into, text, name) => {
    const wanted = ['true', '1'].includes(oneOf(name, text, ['true', '1', 'false', '0']));
    into.sslMode ??= wanted ? 'verify-full' : 'disable';
  },
  sslrootcert: (into, text, name) =>
    (into.sslRootCert = text === 'system' ? text : readableFile(name, text)),
  sslcert: (into, text, name) => (into.sslCert = readableFile(name, text)),
  sslkey: (into, text, name) => (into.sslKey = readableFile(name, text)),
  sslpassword: (into, text) => (into.sslPassword = text),
  sslnegotiation: (into, text, name) =>
    (into.sslNegotiation = oneOf(name, text, ['postgres', 'direct'])),
  channel_binding: (into, text, name) =>
    (into.channelBinding = oneOf(name, text, ['disable', 'prefer', 'require'])),
  options: (into, text) => (into.options = text),
  application_name: (into, text) => (into.applicationName = text),
  connect_timeout: (into, text) => {
    if (!/^\d{1,4}$/.test(text))
      throw new Error('has a connect_timeout that is no number of seconds');
    // In libpq, 0 means to wait forever. Here it means the default.
    if (text !== '0') into.connectTimeoutSeconds = Number(text);
  },
  // The service writes, so these three values change nothing.
  target_session_attrs: (_, text) => {
    if (['any', 'read-write', 'primary'].includes(text)) return;
    throw new Error(
      'has a target_session_attrs that is none of any, read-write, primary: the service writes',
    );
  },
  client_encoding: (_, text) => {
    if (!/^(utf-?8|auto)$/i.test(text)) throw new Error('has a client_encoding that is not UTF8');
  },
  gssencmode: (_, text) => {
    if (text === 'require') throw new Error('has gssencmode=require, which is not supported');
  },
  // A parameter of Prisma.
  pgbouncer: (into, text) => (into.isPooled = text === 'true'),
  uselibpqcompat: () => undefined,
};

const WITHOUT_EFFECT = new Set([
  'fallback_application_name',
  'gssdelegation',
  'gsslib',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'krbsrvname',
  'load_balance_hosts',
  'sslcompression',
  'sslsni',
  'tcp_user_timeout',
]);

/** Parameters of other drivers, and the settings that replace them. */
const SAID_ELSEWHERE: Record<string, string> = {
  connection_limit: 'DATABASE_POOL_SIZE says it',
  currentSchema: 'DATABASE_SCHEMA says it',
  schema: 'DATABASE_SCHEMA says it',
  search_path: 'DATABASE_SCHEMA says it',
  passfile:
    'the password stands in the URL, or the whole URL in the file that DATABASE_URL_FILE names',
  service: 'the URL itself says it',
};

/** @throws Error whose message completes the sentence "DATABASE_URL …" */
export function applyParameters(parameters: ReadonlyMap<string, string>): AllParameters {
  const into: AllParameters = { ignored: [] };
  for (const [name, text] of parameters) {
    const read = Object.hasOwn(known, name) ? known[name] : undefined;
    if (read) read(into, text, name);
    else if (WITHOUT_EFFECT.has(name)) into.ignored.push(name);
    else {
      const hint = Object.hasOwn(SAID_ELSEWHERE, name) ? `; ${SAID_ELSEWHERE[name]}` : '';
      throw new Error(`has the unknown parameter ${name}${hint}`);
    }
  }
  assertSound(into);
  return into;
}

function assertSound(into: AllParameters): void {
  // If the URL names trusted certificates, they must be verified.
  if (into.sslRootCert !== undefined) into.sslMode ??= 'verify-full';
  if (into.sslRootCert === 'system' && into.sslMode !== 'verify-full') {
    throw new Error('has sslrootcert=system, which stands with sslmode=verify-full alone');
  }
  if (into.sslMode === 'verify-ca' && into.sslRootCert === undefined) {
    throw new Error('has sslmode=verify-ca without an sslrootcert: any certificate would do');
  }
  if (into.sslNegotiation === 'direct') {
    into.sslMode ??= 'require';
    if (['disable', 'allow', 'prefer'].includes(into.sslMode)) {
      throw new Error('has sslnegotiation=direct, which takes an sslmode of require or more');
    }
  }
}
