import {
  applyParameters,
  type AllParameters,
  type ConnectionParameters,
} from './database-url-parameters.js';

/** Where one server listens; a host that begins with `/` is the folder of a Unix socket. */
export interface DatabaseHost {
  /** Undefined: what pg takes by itself, PGHOST or localhost. */
  readonly host: string | undefined;
  readonly port: number;
}

/** What a connection string says: where PostgreSQL is, and how to log in there. */
export interface DatabaseTarget extends ConnectionParameters {
  /** Several are tried in this order. */
  readonly hosts: readonly DatabaseHost[];
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

const DEFAULT_PORT = 5432;
const PARTS = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/;

/**
 * Reads a connection string as libpq does (PostgreSQL's manual, section "Connection URIs"): sockets,
 * several hosts, hosts and ports among the parameters. What would be passed over in silence is a
 * fault: a parameter that is not known, a session that takes no writes.
 *
 * @throws Error whose message completes the sentence "DATABASE_URL …", without the password
 */
export function parseDatabaseUrl(text: string): DatabaseTarget {
  const [, login = '', authority = '', path = '', query = ''] =
    (/^[\x21-\x7e]+$/.test(text) ? PARTS.exec(text) : null) ?? fail();
  // A password with a `/` or a `?` that is not percent-encoded: what follows it is repeated nowhere.
  if (login === '' && path.includes('@')) fail();
  const isPerhapsPassword = login === '' && query.includes('@');
  const [user = '', ...password] = login.split(':');
  const {
    user: otherUser,
    password: otherPassword,
    dbname,
    host,
    port,
    ...parameters
  } = parametersOf(query, isPerhapsPassword);
  return {
    ...parameters,
    hosts: hostsOf(authority, host, port),
    user: (otherUser ?? decoded(user)) || undefined,
    password: (otherPassword ?? decoded(password.join(':'))) || undefined,
    database: (dbname ?? decoded(path)) || undefined,
  };
}

function fail(): never {
  throw new Error('must be a postgres:// URL, its user and password percent-encoded');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail();
  }
}

function parametersOf(query: string, isPerhapsPassword: boolean): AllParameters {
  try {
    return applyParameters(pairsOf(query));
  } catch (error) {
    if (isPerhapsPassword) fail();
    throw error;
  }
}

function pairsOf(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&').filter((one) => one !== '')) {
    const at = pair.indexOf('=');
    if (at < 0) throw new Error(`has the parameter ${decoded(pair)} without a value`);
    parameters.set(decoded(pair.slice(0, at)), decoded(pair.slice(at + 1)));
  }
  return parameters;
}

/**
 * @param authority hosts separated by commas, percent-encoded, each perhaps with its port
 * @param hosts those of the parameter `host`, in the place of the authority's; its ports stay
 * @param ports those of the parameter `port`, in the place of the authority's: one for all of the hosts, or as many
 *   as they are
 */
function hostsOf(
  authority: string,
  hosts: string | undefined,
  ports: string | undefined,
): DatabaseHost[] {
  const parts = authority.split(',').map(hostAndPort);
  const names = hosts?.split(',') ?? parts.map(([address]) => decoded(address));
  const ownPorts = parts.map(([, port]) => port);
  const saidPorts = ports?.split(',') ?? (ownPorts.some((port) => port !== '') ? ownPorts : []);
  if (saidPorts.length > 1 && saidPorts.length !== names.length) {
    throw new Error(`names ${names.length} hosts and ${saidPorts.length} ports`);
  }
  return names.map((host, index) => {
    const port = portOf(saidPorts.length > 1 ? saidPorts[index] : saidPorts[0]);
    return socketOf(host) ?? { host: host || undefined, port };
  });
}

function hostAndPort(text: string): [address: string, port: string] {
  const [, address = '', port = ''] =
    /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(text) ?? failOfHost();
  return [address.replace(/^\[(.*)\]$/, '$1'), port];
}

function failOfHost(): never {
  throw new Error('has a host that is no name, address or percent-encoded path, with its port');
}

/** Some write the socket itself instead of its folder. */
function socketOf(host: string): DatabaseHost | undefined {
  const parts = /^(\/.*)\/\.s\.PGSQL\.(\d+)$/.exec(host);
  return parts ? { host: parts[1], port: portOf(parts[2]) } : undefined;
}

function portOf(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) throw new Error('has a port that is no number up to 65535');
  return port;
}
