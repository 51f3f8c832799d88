import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { startDebianPostgresql, type DebianPostgresql } from '../support/debian-postgresql.js';
import { describeWith, POSTGRESQL } from '../support/debian-tools.js';
import { sendSigned, startTestService, type TestService } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';

/** A block of SQL of docs/operations.md, by the word after `sql` on its fence. */
function sqlOf(name: string): string {
  const page = readFileSync('docs/operations.md', 'utf8');
  const block = new RegExp(`^\`\`\`sql ${name}\n([^]*?)^\`\`\``, 'm').exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/operations.md has no block ${name}`);
  return block;
}

describeWith(
  [POSTGRESQL],
  'docs/operations.md: backup and restore, on a PostgreSQL of Debian',
  () => {
    let server: DebianPostgresql;
    let services: TestService[] = [];
    /** The address of the first service. Later services use the same PUBLIC_URL. */
    let publicUrl: string | undefined;
    beforeAll(async () => {
      server = await startDebianPostgresql();
      server.run('createdb', `--maintenance-db=${server.url('postgres')}`, 'oauth10');
    });
    beforeEach(() => {
      publicUrl = undefined;
    });
    afterEach(() => stopAll());
    afterAll(() => server?.stop());

    async function serve(url: string): Promise<TestService> {
      const service = await startTestService(
        url,
        publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl },
      );
      publicUrl ??= service.publicBase;
      services = [...services, service];
      return service;
    }
    async function stopAll(): Promise<void> {
      await Promise.all(services.splice(0).map((service) => service.stop(0)));
    }
    async function execute(url: string, sql: string): Promise<void> {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(sql).finally(() => client.end());
    }
    /** Sends a request to this service, even if it was signed for another one. */
    const sendTo = async (service: TestService, signed: ReturnType<typeof signRequest>) =>
      (await sendSigned({ ...signed, url: service.publicBase + ECHO })).status;

    it('a dump holds all that was done before it; what came after is undone, and can be closed off', async () => {
      let service = await serve(server.url('oauth10'));
      const consumer = await service.registerConsumer();
      const access = await service.accessToken(consumer);
      const pending = await service.initiate(consumer);
      const verifier = await service.accept(pending.token);
      const sign = () =>
        signRequest({ method: 'GET', url: publicUrl + ECHO, ...consumer, ...access });
      const [before, after, fresh] = [sign(), sign(), sign()];
      const exchange = (at: TestService) =>
        sendSigned({
          ...signRequest({
            method: 'GET',
            url: `${publicUrl}/oauth/oauth10/token`,
            ...consumer,
            ...pending,
            verifier,
          }),
          url: `${at.publicBase}/oauth/oauth10/token`,
        });
      expect(await sendTo(service, before)).toBe(200);

      const dump = join(server.folder, 'oauth10.dump');
      server.run('pg_dump', '--format=custom', `--file=${dump}`, server.url('oauth10'));
      expect(await sendTo(service, after)).toBe(200);
      expect((await exchange(service)).status).toBe(200);
      await stopAll();
      const restored = server.url('restored');
      server.run('createdb', `--maintenance-db=${server.url('postgres')}`, 'restored');
      server.run('pg_restore', '--exit-on-error', '--no-owner', `--dbname=${restored}`, dump);

      service = await serve(restored);
      expect(await sendTo(service, before)).toBe(401);
      expect(await sendTo(service, fresh)).toBe(200);
      // docs/operations.md warns of this replay; the block `restore` prevents it.
      expect(await sendTo(service, after)).toBe(200);
      await execute(restored, 'DELETE FROM nonces');
      await execute(restored, sqlOf('restore'));
      for (const request of [before, after, fresh, sign()]) {
        expect(await sendTo(service, request)).toBe(401);
      }
      await execute(restored, 'UPDATE nonce_horizon SET forgotten_before = 0');
      expect((await exchange(service)).status).toBe(401);
      expect(await sendTo(service, sign())).toBe(200);
      await execute(restored, sqlOf('revoke-all'));
      const deadline = Date.now() + 3_000;
      while ((await sendTo(service, sign())) !== 401 && Date.now() < deadline);
      expect(await sendTo(service, sign())).toBe(401);
    });

    it('a base backup is a server with everything in it', async () => {
      const first = await serve(server.url('oauth10'));
      const consumer = await first.registerConsumer();
      const access = await first.accessToken(consumer);
      const copy = join(server.folder, 'base');
      const from = server.url('oauth10');
      server.run(
        'pg_basebackup',
        `--pgdata=${copy}`,
        '--wal-method=stream',
        '--checkpoint=fast',
        `--dbname=${from}`,
      );
      await stopAll();
      const url = new URL(from);
      url.port = String(await server.start(copy));
      const second = await serve(url.href);
      const signed = signRequest({ method: 'GET', url: publicUrl + ECHO, ...consumer, ...access });
      expect(await sendTo(second, signed)).toBe(200);
    });

    it.each(['blockers', 'sizes'])('the query "%s" of the page runs', async (name) => {
      await execute(server.url('oauth10'), sqlOf(name));
    });
  },
);
