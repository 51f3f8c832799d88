import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readMigrationSettings } from '../../src/config/migration-settings.js';
import { readSettings } from '../../src/config/settings.js';
import { oauth10Command } from '../../src/programs/command.js';
import { describeWith, KUBECTL } from '../support/debian-tools.js';
import { send } from '../support/http.js';
import { manifestFaults, type Manifest } from '../support/kubernetes-schema.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

interface Container {
  command?: string[];
  ports?: { name: string; containerPort: number }[];
  env: { name: string; value: string }[];
  securityContext: object;
  volumeMounts: { name: string; mountPath: string }[];
  [probe: `${string}Probe`]: { httpGet: { path: string; port: string } };
}
interface PodSpec {
  containers: [Container];
  securityContext: Record<string, unknown>;
  terminationGracePeriodSeconds: number;
  volumes: [{ secret: { secretName: string; items?: { key: string; path: string }[] } }];
  automountServiceAccountToken: boolean;
}
interface Rendered extends Manifest {
  readonly data: Record<string, string>;
  readonly spec: { template: { spec: PodSpec }; ports: { targetPort: string }[] };
}

/** The time for requests in flight in start-service.ts. */
const DRAIN_TIMEOUT_SECONDS = 10;

describeWith([KUBECTL], 'deploy/kubernetes, rendered', () => {
  let rendered: Rendered[];
  const find = (kind: string, name = 'oauth10'): Rendered => {
    const found = rendered.find((one) => one.kind === kind && one.metadata.name.startsWith(name));
    if (!found) throw new Error(`No ${kind} ${name}`);
    return found;
  };
  const podOf = (kind: string): PodSpec => find(kind).spec.template.spec;

  beforeAll(() => {
    const text = execFileSync('kubectl', ['kustomize', 'deploy/kubernetes'], { encoding: 'utf8' });
    rendered = parseAllDocuments(text).map((document) => document.toJS() as Rendered);
  });

  it('is what the API of Kubernetes takes', () => {
    expect(rendered).toHaveLength(9);
    expect(manifestFaults(rendered)).toEqual([]);
  });

  it('a misspelt name and a value of the wrong type are found', () => {
    const broken = structuredClone(find('Deployment')) as unknown as {
      spec: { replicas: unknown; template: { spec: { containers: Record<string, unknown>[] } } };
    };
    broken.spec.replicas = 'two';
    broken.spec.template.spec.containers[0]!['readinessProb'] = {};
    const faults = manifestFaults([broken as unknown as Manifest]).join('\n');
    expect(faults).toContain('replicas must be integer');
    expect(faults).toContain('readinessProb');
  });

  it.each(['Deployment', 'Job'])('%s: an ordinary user that can change nothing', (kind) => {
    const pod = podOf(kind);
    const [, user, group] = /^USER (\d+):(\d+)$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(user),
      runAsGroup: Number(group),
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it.each([
    ['Deployment', readSettings],
    ['Job', readMigrationSettings],
  ] as const)('%s: its settings are ones that the program takes', (kind, read) => {
    const folder = mkdtempSync(join(tmpdir(), 'oauth10-kubernetes-'));
    const secrets: Record<string, string> = {
      'database-url': 'postgres://oauth10:PASSWORD@db.example.com:5432/oauth10',
      'secret-keys': `k1:${Buffer.from('a key for tests: 32 octets of it').toString('base64')}`,
      'admin-api-key': ADMIN_API_KEY,
      'migration-database-url': 'postgres://oauth10_owner:PASSWORD@db.example.com:5432/oauth10',
    };
    try {
      const env: Record<string, string> = { ...find('ConfigMap').data };
      for (const { name, value } of podOf(kind).containers[0].env) {
        const file = basename(value);
        expect([name, Object.keys(secrets)]).toEqual([
          `${file.replaceAll('-', '_').toUpperCase()}_FILE`,
          expect.arrayContaining([file]),
        ]);
        writeFileSync(join(folder, file), secrets[file] ?? '');
        env[name] = join(folder, file);
      }
      const known = readFileSync('.env.example', 'utf8');
      for (const name of Object.keys(env))
        expect(known).toContain(`${name.replace(/_FILE$/, '')}=`);
      const { host } = new URL(read(env).databaseUrl ?? '');
      expect(host).toBe('db.example.com:5432');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('the Job has the login of the owner and no other secret, the service no login of the owner', () => {
    const [job, deployment] = ['Job', 'Deployment'].map((kind) => podOf(kind));
    expect(job?.containers[0].env.map(({ name }) => name)).toEqual(['MIGRATION_DATABASE_URL_FILE']);
    expect(job?.volumes[0].secret.secretName).toBe('oauth10-migration');
    expect(deployment?.volumes[0].secret).toMatchObject({
      secretName: 'oauth10',
      items: ['database-url', 'secret-keys', 'admin-api-key'].map((key) => ({ key, path: key })),
    });
  });

  it('a pod is given the time that the end of the service takes', () => {
    const { SHUTDOWN_DELAY_SECONDS } = find('ConfigMap').data;
    const grace = podOf('Deployment').terminationGracePeriodSeconds;
    expect(grace).toBeGreaterThanOrEqual(
      Number(SHUTDOWN_DELAY_SECONDS) + DRAIN_TIMEOUT_SECONDS + 5,
    );
  });

  it('the Job runs the program that migrates', () => {
    expect(podOf('Job').containers[0].command).toEqual(['oauth10', 'migrate']);
    expect(oauth10Command().commands.map((one) => one.name())).toContain('migrate');
  });

  it('each listener is reached from namespaces with its label alone', () => {
    const policy = find('NetworkPolicy').spec as unknown as {
      policyTypes: string[];
      ingress: { ports: { port: string }[]; from: object[] }[];
    };
    expect(policy.policyTypes).toEqual(['Ingress']);
    expect(policy.ingress).toEqual(
      ['public', 'admin'].map((port) => ({
        ports: [{ port }],
        from: [
          {
            namespaceSelector: {
              matchLabels: { [`oauth10.example.com/${port}-listener`]: 'allowed' },
            },
          },
        ],
      })),
    );
  });

  it('believes no whole private network about who the client is', () => {
    const { trustProxy } = readSettings({ TRUST_PROXY: find('ConfigMap').data['TRUST_PROXY'] });
    expect(trustProxy.length).toBeGreaterThan(0);
    for (const range of trustProxy) {
      const [address = '', length = ''] = range.split('/');
      expect([range, Number(length) >= (address.includes(':') ? 48 : 16)]).toEqual([range, true]);
    }
  });

  describe('its probes', () => {
    const { service } = serviceForAllTests();

    it.each(['startup', 'liveness', 'readiness'])(
      '%s asks what the service answers',
      async (kind) => {
        const [container] = podOf('Deployment').containers;
        const { path, port } = container[`${kind}Probe`]?.httpGet ?? { path: '', port: '' };
        const { containerPort } = container.ports?.find(({ name }) => name === port) ?? {};
        // On the admin port a flood of requests on the public listener does not block the probes.
        expect(containerPort).toBe(readSettings({}).adminPort);
        expect((await send({ base: service.adminBase, target: path })).status).toBe(200);
      },
    );
  });
});
