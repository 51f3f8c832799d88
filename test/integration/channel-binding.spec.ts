import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { connectorOf, dataSourceOptions } from '../../src/database/data-source.js';
import { startDebianPostgresql, type DebianPostgresql } from '../support/debian-postgresql.js';
import { describeWith, POSTGRESQL } from '../support/debian-tools.js';

describeWith([POSTGRESQL], 'channel_binding=require, at a server that binds by TLS', () => {
  let server: DebianPostgresql;
  let url: string;

  beforeAll(async () => {
    server = await startDebianPostgresql();
    const data = join(server.folder, 'data');
    const { uid, gid } = statSync(data);
    const [key, cert] = [join(data, 'server.key'), join(data, 'server.crt')];
    const subject = ['-subj', '/CN=localhost', '-days', '2'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    for (const file of [key, cert]) {
      chownSync(file, uid, gid);
      chmodSync(file, 0o600);
    }
    const access = join(data, 'pg_hba.conf');
    const rule =
      'hostssl all bound 127.0.0.1/32 scram-sha-256\nhost all bound 127.0.0.1/32 reject\n';
    writeFileSync(access, rule + readFileSync(access, 'utf8'));
    const owner = new Client({ connectionString: server.url('postgres') });
    await owner.connect();
    await owner.query("CREATE ROLE bound LOGIN PASSWORD 'a word of its own'");
    await owner.query('ALTER SYSTEM SET ssl = on');
    await owner.query('SELECT pg_reload_conf()');
    await owner.end();
    const of = new URL(server.url('postgres'));
    [of.username, of.password] = ['bound', 'a%20word%20of%20its%20own'];
    url = `${of.href}?sslmode=require`;
  });
  afterAll(() => server?.stop());

  const connected = async (parameters: string): Promise<string> => {
    const options = dataSourceOptions({ databasePoolSize: 1 }, url + parameters);
    const client = await connectorOf(options).connect();
    const { rows } = await client.query<{ current_user: string }>('SELECT current_user');
    await client.end();
    return rows[0]?.current_user ?? '';
  };

  it.each(['&channel_binding=require', '&channel_binding=prefer', '&channel_binding=disable', ''])(
    'lets in with %j',
    async (parameters) => expect(await connected(parameters)).toBe('bound'),
  );

  it('refuses where the server binds nothing, although the password is right', async () => {
    const plain = `${server.url('postgres')}?channel_binding=require`;
    const options = dataSourceOptions({ databasePoolSize: 1 }, plain);
    await expect(connectorOf(options).connect()).rejects.toThrow('channel_binding=require');
  });
});
