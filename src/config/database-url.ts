import {
  applyParameters,
  type AllParameters,
  type ConnectionParameters,
} from './database-url-parameters.js';

/** The address of one server. A host that begins with `/` is the directory of a Unix socket. */
export interface DatabaseHost {
  /** Undefined: the default of pg, PGHOST or localhost. */
  readonly host: string | undefined;
  readonly port: number;
}

/** A parsed connection string: the address of PostgreSQL, and the credentials. */
export interface DatabaseTarget extends ConnectionParameters {
  /** Several hosts are tried in this order. */
  readonly hosts: readonly DatabaseHost[];
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

const DEFAULT_PORT = 5432;
const PARTS = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/;

/**
 * Reads a connection string as libpq does (PostgreSQL manual, section "Connection URIs"): sockets, several hosts, and
 * hosts and ports among the parameters. Refuses what would otherwise be ignored: an unknown parameter, or a request
 * for a read-only session.
 *
 * @throws Error whose message completes the sentence "DATABASE_URL …", without the password
 */
export function parseDatabaseUrl(text: string): DatabaseTarget {
  const [, login = '', authority = '', path = '', query = ''] =
    (/^[\x21-\x7e]+$/.test(text) ? PARTS.exec(text) : null) ?? fail();
  // A password with a `/` or `?` that is not percent-encoded. No message may repeat the rest of it.
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
 * @param authority hosts separated by commas, percent-encoded, each with an optional port
 * @param hosts the parameter `host`, which replaces the hosts of the authority but not their ports
 * @param ports the parameter `port`, which replaces the ports of the authority: one for all hosts, or one for each
 * host
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

/** Some connection strings name the socket itself instead of its directory. */
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
