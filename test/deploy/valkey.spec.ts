import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { parse, parseAllDocuments } from 'yaml';
import { parseNonceStoreUrl } from '../../src/config/nonce-store-url.js';
import { describeWith, DOCKER_COMPOSE, KUBECTL, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { manifestFaults, type Manifest } from '../support/kubernetes-schema.js';

const PASSWORD = 'made-by-the-test';

interface ComposeService {
  image: string;
  command: string[];
  environment: Record<string, string>;
  networks?: Record<string, unknown>;
  depends_on?: Record<string, unknown>;
  ports?: string[];
}

/** Runs the container's command with Debian's Redis instead of Valkey, and resolves to the memory part of INFO. */
async function infoOf(command: readonly string[], env: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-valkey-'));
  const port = await freePort();
  const file = join(folder, 'password');
  writeFileSync(file, PASSWORD);
  const [program = '', ...args] = command.map((part) =>
    part
      .replace('valkey-server', `redis-server --bind 127.0.0.1 --port ${port}`)
      .replace('/run/secrets/valkey/nonce-store-password', file),
  );
  let child: ChildProcess | undefined;
  const ask = async (password?: string) => {
    const url = `redis://127.0.0.1:${port}`;
    const client = createClient({
      url,
      RESP: 2,
      ...(password && { password }),
      socket: { reconnectStrategy: false },
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.sendCommand<string>(['INFO', 'memory']);
    } catch (error) {
      return (error as Error).message;
    } finally {
      if (client.isOpen) client.destroy();
    }
  };
  try {
    child = spawn(program, args, { cwd: folder, stdio: 'ignore', env: { ...process.env, ...env } });
    const info = await eventually(
      () => ask(PASSWORD),
      (said) => said.includes('maxmemory'),
    );
    expect(await ask()).toMatch(/^NOAUTH/);
    return info;
  } finally {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

describeWith([DOCKER_COMPOSE, REDIS], 'docker-compose.valkey.yml, over docker-compose.yml', () => {
  const secrets = ['POSTGRES_PASSWORD', 'OWNER_PASSWORD', 'SECRET_KEYS', 'ADMIN_API_KEY'];
  const files = ['docker-compose.yml', 'docker-compose.valkey.yml'];
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-compose-'));
  const config = (env: Record<string, string>) => {
    // Excludes the .env of this machine.
    const none = join(folder, 'none.env');
    writeFileSync(none, '');
    const args = ['--env-file', none, ...files.flatMap((file) => ['-f', file]), 'config'];
    return execFileSync('docker-compose', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        ...Object.fromEntries(secrets.map((name) => [name, 'x'])),
        ...env,
      },
    });
  };
  let valkey: ComposeService;
  let service: ComposeService;

  beforeAll(() => {
    const { services } = parse(config({ NONCE_STORE_PASSWORD: PASSWORD })) as {
      services: Record<string, ComposeService>;
    };
    [valkey, service] = [services['valkey'], services['oauth10']] as [
      ComposeService,
      ComposeService,
    ];
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('has no password of its own', () => {
    expect(() => config({})).toThrow(/NONCE_STORE_PASSWORD/);
  });

  it('hands the service a URL that it takes, once Valkey answers', () => {
    const url = parseNonceStoreUrl(service.environment['NONCE_STORE_URL'] ?? '');
    expect(url).toMatchObject({ hosts: [{ host: 'valkey', port: 6379 }], password: PASSWORD });
    expect(service.depends_on).toMatchObject({
      grants: { condition: 'service_completed_successfully' },
      valkey: { condition: 'service_healthy' },
    });
  });

  it('lets nobody but the service reach it', () => {
    expect([valkey.ports, Object.keys(valkey.networks ?? {})]).toEqual([undefined, ['nonces']]);
    expect(Object.keys(service.networks ?? {}).sort()).toEqual(['default', 'nonces']);
  });

  it('runs a store with a password that never drops a claim', async () => {
    // Compose replaces `$$` by `$` before the container's shell runs the command.
    const command = valkey.command.map((part) => part.replaceAll('$$', '$'));
    const info = await infoOf(command, valkey.environment);
    expect(info).toContain('maxmemory_policy:noeviction');
    expect(info).toContain('maxmemory:268435456');
  });
});

interface Container {
  command: string[];
  ports: { name: string; containerPort: number }[];
  env: { name: string; value: string }[];
}
interface Rendered extends Manifest {
  readonly spec: Record<string, unknown> & {
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly containers: [Container];
        readonly volumes: { readonly secret?: { readonly items?: object[] } }[];
      };
    };
  };
}

describeWith([KUBECTL, REDIS], 'deploy/kubernetes-valkey, rendered', () => {
  let rendered: Rendered[];
  const find = (kind: string, name: string): Rendered => {
    const found = rendered.find((one) => one.kind === kind && one.metadata.name === name);
    if (!found) throw new Error(`No ${kind} ${name}`);
    return found;
  };
  const render = (folder: string) =>
    parseAllDocuments(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' })).map(
      (document) => document.toJS() as Rendered,
    );

  beforeAll(() => {
    rendered = render('deploy/kubernetes-valkey');
  });

  it('is what the API of Kubernetes takes: the base, and Valkey with its service and policy', () => {
    expect(manifestFaults(rendered)).toEqual([]);
    expect(rendered).toHaveLength(render('deploy/kubernetes').length + 3);
  });

  it('names the file of the Secret that the README makes', () => {
    const pod = find('Deployment', 'oauth10').spec.template.spec;
    const [{ env }] = pod.containers;
    expect(pod.volumes.flatMap(({ secret }) => secret?.items ?? [])).toContainEqual({
      key: 'nonce-store-url',
      path: 'nonce-store-url',
    });
    expect(env).toContainEqual({
      name: 'NONCE_STORE_URL_FILE',
      value: '/run/secrets/oauth10/nonce-store-url',
    });
    const readme = readFileSync('deploy/kubernetes-valkey/README.md', 'utf8');
    const [, made = ''] = /nonce-store-url="(.*?)"/.exec(readme) ?? [];
    const { hosts } = parseNonceStoreUrl(made.replace('$PASSWORD', PASSWORD));
    const { metadata, spec } = find('Service', 'oauth10-valkey');
    const [{ port }] = spec['ports'] as [{ port: number }];
    expect(hosts).toEqual([{ host: metadata.name, port }]);
  });

  it('lets the pods of the service in, and nobody else', () => {
    const { spec } = find('NetworkPolicy', 'oauth10-valkey');
    const service = find('Deployment', 'oauth10').spec.template.metadata.labels;
    const valkey = find('Deployment', 'oauth10-valkey').spec.template;
    expect(valkey.metadata.labels).toMatchObject(
      (spec['podSelector'] as { matchLabels: object }).matchLabels,
    );
    const [{ name, containerPort }] = valkey.spec.containers[0].ports as [Container['ports'][0]];
    const allowed = {
      'app.kubernetes.io/name': service['app.kubernetes.io/name'],
      'app.kubernetes.io/component': service['app.kubernetes.io/component'],
    };
    expect([spec['policyTypes'], spec['ingress'], containerPort]).toEqual([
      ['Ingress', 'Egress'],
      [{ ports: [{ port: name }], from: [{ podSelector: { matchLabels: allowed } }] }],
      6379,
    ]);
    expect(spec['egress']).toBeUndefined();
  });

  it('runs a store with a password that never drops a claim', async () => {
    const [{ command }] = find('Deployment', 'oauth10-valkey').spec.template.spec.containers;
    expect(await infoOf(command, {})).toContain('maxmemory_policy:noeviction');
  });
});
