/** The address of one Redis or Valkey server. */
export interface NonceStoreHost {
  readonly host: string;
  readonly port: number;
}

/** The values of NONCE_STORE_URL and NONCE_STORE_CLUSTER. */
export interface NonceStoreTarget {
  /** One server, or a primary and its replicas; for a cluster, the nodes that are asked for the others. */
  readonly hosts: readonly NonceStoreHost[];
  readonly isCluster: boolean;
  readonly tls: boolean;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database: number;
}

type Url = Omit<NonceStoreTarget, 'isCluster'>;

/** The environment variables for the nonce store. */
interface Variables {
  readonly NONCE_STORE_URL?: Url;
  readonly NONCE_STORE_CLUSTER: boolean;
  readonly RATE_LIMIT_STORE: string;
}

const DEFAULT_PORT = 6379;
const PARTS =
  /^(rediss?):\/\/(?:([^/?#@]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?\/?(\d{1,4})?$/i;

/**
 * Reads `redis://` and `rediss://` URLs, separated by commas. Only host and port may differ: the login may be in one
 * or in all of them, the database number must be the same.
 *
 * @throws Error whose message completes the sentence "NONCE_STORE_URL …", without the password
 */
export function parseNonceStoreUrl(text: string): Url {
  const urls = text.split(',').map(parseOne);
  const [first] = urls as [Url];
  const loginOf = ({ username, password }: Url) => JSON.stringify([username, password]);
  const logins = new Set(urls.filter(({ password }) => password !== undefined).map(loginOf));
  const { username, password } = urls.find((url) => url.password !== undefined) ?? first;
  if (
    logins.size > 1 ||
    urls.some(({ tls, database }) => tls !== first.tls || database !== first.database)
  ) {
    throw new Error('must name one login, one scheme and one database for all its hosts');
  }
  return { ...first, username, password, hosts: urls.flatMap(({ hosts }) => hosts) };
}

function parseOne(text: string): Url {
  const [, scheme = '', login = '', host = '', port = '', database = '0'] =
    PARTS.exec(text.trim()) ?? fail();
  const [username = '', ...password] = login.split(':');
  const number = port === '' ? DEFAULT_PORT : Number(port);
  if (!(number >= 1 && number <= 65_535))
    throw new Error('has a port that is no number up to 65535');
  return {
    hosts: [{ host: host.replace(/^\[(.*)\]$/, '$1'), port: number }],
    tls: scheme.toLowerCase() === 'rediss',
    username: decoded(username) || undefined,
    password: decoded(password.join(':')) || undefined,
    database: Number(database),
  };
}

function fail(): never {
  throw new Error(
    'must be redis:// or rediss:// URLs, separated by commas, user and password percent-encoded',
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail();
  }
}

/** Undefined: nonces stay in PostgreSQL. */
export function nonceStoreFrom(variables: Variables): NonceStoreTarget | undefined {
  const { NONCE_STORE_URL, NONCE_STORE_CLUSTER } = variables;
  return NONCE_STORE_URL && { ...NONCE_STORE_URL, isCluster: NONCE_STORE_CLUSTER };
}

/** Faults of combinations with other variables. */
export function nonceStoreFaults(variables: Variables, known: readonly string[]): string[] {
  const { NONCE_STORE_URL, NONCE_STORE_CLUSTER, RATE_LIMIT_STORE } = variables;
  if (known.some((fault) => fault.startsWith('NONCE_STORE_'))) return [];
  const faults: string[] = [];
  if (NONCE_STORE_URL === undefined) {
    const needs = (name: string) =>
      `NONCE_STORE_URL is required with ${name}, for example redis://nonces.example.com:6379`;
    if (NONCE_STORE_CLUSTER) faults.push(needs('NONCE_STORE_CLUSTER=true'));
    if (RATE_LIMIT_STORE === 'nonce-store') faults.push(needs('RATE_LIMIT_STORE=nonce-store'));
  } else if (NONCE_STORE_CLUSTER && NONCE_STORE_URL.database !== 0) {
    faults.push('NONCE_STORE_URL must not name a database of a cluster, which has none but 0');
  }
  return faults;
}
