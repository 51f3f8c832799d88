import { parseDatabaseUrl } from './database-url.js';

const fault = (text: string): string => {
  try {
    parseDatabaseUrl(text);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('connection strings as those who run PostgreSQL write them', () => {
  it.each([
    ['plain', 'postgres://u:p@db.example.com/app', [{ host: 'db.example.com', port: 5432 }]],
    [
      'a managed one',
      'postgresql://u:p@db:25060/app?sslmode=require',
      [{ host: 'db', port: 25060 }],
    ],
    [
      'Cloud SQL',
      'postgres://u:p@/app?host=/cloudsql/p:r:i',
      [{ host: '/cloudsql/p:r:i', port: 5432 }],
    ],
    [
      'Cloud SQL, the socket itself',
      'postgres://u:p@/app?host=/cloudsql/p:r:i/.s.PGSQL.5433',
      [{ host: '/cloudsql/p:r:i', port: 5433 }],
    ],
    [
      'no authority',
      'postgres:///app?host=/var/run/postgresql&user=u&password=p',
      [{ host: '/var/run/postgresql', port: 5432 }],
    ],
    [
      'a folder in the place of the host',
      'postgres://u:p@%2Fvar%2Frun%2Fpostgresql:5433/app',
      [{ host: '/var/run/postgresql', port: 5433 }],
    ],
    [
      'an IPv6 address',
      'postgres://u:p@[2001:db8::1]:5433/app',
      [{ host: '2001:db8::1', port: 5433 }],
    ],
    [
      'several hosts',
      'postgres://u:p@a:5433,b/app?target_session_attrs=read-write',
      [
        { host: 'a', port: 5433 },
        { host: 'b', port: 5432 },
      ],
    ],
    [
      'several hosts, one port',
      'postgres://u:p@/app?host=a,b&port=6432&target_session_attrs=primary',
      [
        { host: 'a', port: 6432 },
        { host: 'b', port: 6432 },
      ],
    ],
    [
      'several hosts and ports',
      'postgres://u:p@/app?host=a,b&port=1,2&target_session_attrs=any',
      [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    ],
    ['the port of the authority', 'postgres://u:p@:6432/app?host=h', [{ host: 'h', port: 6432 }]],
    ['neither host nor port', 'postgres://u:p@/app', [{ host: undefined, port: 5432 }]],
  ])('%s', (_, url, hosts) => {
    expect(parseDatabaseUrl(url)).toMatchObject({
      hosts,
      user: 'u',
      password: 'p',
      database: 'app',
    });
  });

  it('percent-encoded user, password and database; a password with characters of URLs', () => {
    expect(parseDatabaseUrl('postgres://a%40b:p%3Aq%2F@h/d%20b')).toMatchObject({
      user: 'a@b',
      password: 'p:q/',
      database: 'd b',
    });
    expect(parseDatabaseUrl('postgres://u:p:q#r@h/d')).toMatchObject({ password: 'p:q#r' });
  });

  it('what says how to encrypt', () => {
    const of = (query: string) => parseDatabaseUrl(`postgres://u@h/d?${query}`);
    expect(of('sslmode=require&channel_binding=require')).toMatchObject({
      sslMode: 'require',
      channelBinding: 'require',
    });
    expect(of('sslmode=no-verify').sslMode).toBe('require');
    expect(of('ssl=true').sslMode).toBe('verify-full');
    expect(of('ssl=0').sslMode).toBe('disable');
    expect(of('sslrootcert=system').sslMode).toBe('verify-full');
    expect(of(`sslrootcert=${encodeURIComponent(__filename)}`).sslMode).toBe('verify-full');
    expect(of('sslnegotiation=direct').sslMode).toBe('require');
    expect(parseDatabaseUrl('postgres://u@h/d').sslMode).toBeUndefined();
  });

  it('what is known and without effect is listed, and no fault', () => {
    const { ignored } = parseDatabaseUrl(
      'postgres://u@h/d?keepalives=1&gssencmode=disable&tcp_user_timeout=9',
    );
    expect(ignored).toEqual(['keepalives', 'tcp_user_timeout']);
  });
});

describe('what follows a character that ends the password too early is repeated nowhere', () => {
  it.each(['a?s3cret@h/d', 'a?s3cret=x@h/d', 'a?x=s3cret@h/d', '1/s3cret@h/d', 'a/s3cret@h/d'])(
    'postgres://u:%s',
    (rest) => {
      expect(fault(`postgres://u:${rest}`)).toContain('must be a postgres:// URL');
    },
  );

  it('an @ of a parameter does no harm', () => {
    expect(parseDatabaseUrl('postgres://h/d?user=u@server').user).toBe('u@server');
  });
});

describe('what would be passed over in silence is named', () => {
  it.each([
    ['schema=auth', 'unknown parameter schema; DATABASE_SCHEMA'],
    ['currentSchema=auth', 'DATABASE_SCHEMA'],
    ['connection_limit=1', 'connection_limit; DATABASE_POOL_SIZE'],
    ['passfile=/x', 'DATABASE_URL_FILE'],
    ['nonsense=1', 'unknown parameter nonsense'],
    ['constructor=1', 'unknown parameter constructor'],
    ['nonsense', 'the parameter nonsense without a value'],
    ['target_session_attrs=standby', 'target_session_attrs'],
    ['target_session_attrs=read-only', 'target_session_attrs'],
    ['sslmode=maybe', 'sslmode that is none of disable'],
    ['sslmode=verify-ca', 'without an sslrootcert'],
    ['sslmode=require&sslrootcert=system', 'verify-full alone'],
    ['sslrootcert=/nowhere/root.crt', 'sslrootcert that names no readable file (ENOENT)'],
    ['sslnegotiation=direct&sslmode=prefer', 'sslnegotiation=direct'],
    ['client_encoding=latin1', 'client_encoding'],
    ['gssencmode=require', 'gssencmode'],
    ['connect_timeout=soon', 'connect_timeout'],
    ['host=a,b&port=1,2,3', '2 hosts and 3 ports'],
  ])('%s', (query, words) => {
    expect(fault(`postgres://u:s3cret@/d?${query}`)).toContain(words);
    expect(fault(`postgres://u:s3cret@/d?${query}`)).not.toContain('s3cret');
  });

  it.each([
    'http://h/d',
    'postgres:h/d',
    'host=h dbname=d',
    'postgres://u:p@h:port/d',
    'postgres://u:p@h:70000/d',
    'postgres://u:%zz@h/d',
    'postgres://u:p q@h/d',
    'postgres://u:p@[::1/d',
  ])('%s', (url) => {
    expect(fault(url)).toMatch(/^(must be|has a) /);
  });
});
