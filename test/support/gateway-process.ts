import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from './eventually.js';
import { freePort } from './free-port.js';
import { sendRaw } from './http.js';

/** The values for a gateway's configuration from docs/gateways/. */
export interface GatewayWiring {
  /** host:port of the verifier's admin listener */
  readonly verifier: string;
  /** host:port of the API behind the gateway */
  readonly upstream: string;
  readonly gatewayKey: string;
}

/** A running gateway. */
export interface GatewayProcess {
  readonly base: string;
  readonly port: number;
  stop(): Promise<void>;
}

type Start = (wiring: GatewayWiring) => Promise<GatewayProcess>;

/** nginx with docs/gateways/nginx.conf, included like a file of Debian's conf.d. */
export const startNginx: Start = ({ verifier, upstream, gatewayKey }) =>
  startNginxSite((port, folder) => {
    const key = join(folder, 'gateway-key');
    writeFileSync(key, `proxy_set_header X-Gateway-Key "${gatewayKey}";\n`);
    return configuration('nginx.conf', [
      ['listen 80 default_server', `listen 127.0.0.1:${port} default_server`],
      ['127.0.0.1:3001', verifier],
      ['127.0.0.1:8080', upstream],
      ['/etc/nginx/oauth10-gateway-key', key],
    ]);
  });

/** nginx with this configuration, included like a file of Debian's conf.d. */
export async function startNginxSite(
  siteOn: (port: number, folder: string) => string,
  port?: number,
): Promise<GatewayProcess> {
  port ??= await freePort();
  return run(port, (folder) => {
    writeFileSync(join(folder, 'site.conf'), siteOn(port, folder));
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(folder, name)};`,
    );
    // If nginx starts as root, its workers run as another user by default, who cannot read the folder.
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${user} worker_processes 1; pid ${join(folder, 'pid')}; error_log stderr warn;
       events {} http { access_log off; ${places.join(' ')} include ${join(folder, 'site.conf')}; }`,
    );
    const file = join(folder, 'nginx.conf');
    return ['nginx', ['-e', 'stderr', '-p', folder, '-c', file, '-g', 'daemon off;'], {}];
  });
}

/** Caddy with docs/gateways/Caddyfile, over http. */
export const startCaddy: Start = ({ verifier, upstream, gatewayKey }) =>
  runCaddy(gatewayKey, (port) =>
    configuration('Caddyfile', [
      ['api.example.com {', `http://:${port} {\n\tbind 127.0.0.1`],
      ['127.0.0.1:3001', verifier],
      ['127.0.0.1:8080', upstream],
    ]),
  );

/** HAProxy with docs/gateways/haproxy.cfg and the Lua script that it loads. */
export const startHaproxy: Start = async ({ verifier, upstream, gatewayKey }) => {
  const port = await freePort();
  return run(port, (folder) => {
    const lua = join(folder, 'oauth10.lua');
    writeFileSync(lua, configuration('oauth10.lua', [['127.0.0.1:3001', verifier]]));
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      configuration('haproxy.cfg', [
        ['/etc/haproxy/oauth10.lua', lua],
        ['bind :80 #', `bind 127.0.0.1:${port} #`],
        ['127.0.0.1:8080', upstream],
      ]),
    );
    return ['haproxy', ['-db', '-f', file], { OAUTH10_GATEWAY_KEY: gatewayKey }];
  });
};

/** Varnish with docs/gateways/varnish.vcl. */
export const startVarnish: Start = async ({ verifier, upstream, gatewayKey }) => {
  const port = await freePort();
  const [verifierPort, upstreamPort] = [verifier, upstream].map((place) => place.split(':')[1]);
  return run(port, (folder) => {
    const key = join(folder, 'gateway-key');
    writeFileSync(key, `${gatewayKey}\n`);
    const file = join(folder, 'varnish.vcl');
    writeFileSync(
      file,
      configuration('varnish.vcl', [
        ['.port = "3001"', `.port = "${verifierPort}"`],
        ['.port = "8080"', `.port = "${upstreamPort}"`],
        ['/etc/varnish/oauth10-gateway-key', key],
      ]),
    );
    const state = join(folder, 'state');
    return [
      'varnishd',
      ['-F', '-j', 'none', '-n', state, '-a', `127.0.0.1:${port}`, '-f', file, '-s', 'malloc,16m'],
      { HOME: folder },
    ];
  });
};

/** Apache httpd with docs/gateways/apache.conf and the modules that docs/gateways/apache.md lists. */
export const startApache: Start = async ({ upstream }) => {
  const port = await freePort();
  return run(port, (folder) => {
    const site = configuration('apache.conf', [
      ['Listen 80', `Listen 127.0.0.1:${port}`],
      ['<VirtualHost *:80>', `<VirtualHost 127.0.0.1:${port}>`],
      ['127.0.0.1:8080', upstream],
    ]);
    const modules = ['mpm_event', 'authz_core', 'headers', 'proxy', 'proxy_http'].map(
      (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
    );
    const file = join(folder, 'apache.conf');
    const own = [
      `PidFile ${join(folder, 'pid')}`,
      `DefaultRuntimeDir ${folder}`,
      `ErrorLog ${join(folder, 'error.log')}`,
      'ServerName localhost',
    ];
    writeFileSync(file, [...modules, `ServerRoot ${folder}`, ...own, site].join('\n'));
    return ['apache2', ['-D', 'FOREGROUND', '-f', file], {}];
  });
};

/** Caddy with a minimal configuration from its manual. */
export const startPlainCaddy: Start = ({ verifier, upstream, gatewayKey }) =>
  runCaddy(
    gatewayKey,
    (port) => `http://:${port} {
      bind 127.0.0.1
      forward_auth ${verifier} {
        uri /authz/forward-auth
        header_up X-Gateway-Key {$OAUTH10_GATEWAY_KEY}
        copy_headers X-OAuth-Consumer-Key X-OAuth-Token X-OAuth-Subject X-OAuth-Scope X-OAuth-Body-Verified X-OAuth-Assertion
      }
      reverse_proxy ${upstream}
    }
    `,
  );

async function runCaddy(
  gatewayKey: string,
  siteOn: (port: number) => string,
): Promise<GatewayProcess> {
  const port = await freePort();
  return run(port, (folder) => {
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, `{\n\tadmin off\n}\n${siteOn(port)}`);
    return [
      'caddy',
      ['run', '--config', file, '--adapter', 'caddyfile'],
      { HOME: folder, XDG_DATA_HOME: folder, OAUTH10_GATEWAY_KEY: gatewayKey },
    ];
  });
}

/** A configuration of docs/gateways/ adapted to this machine. Throws if a text to replace is missing. */
function configuration(name: string, replacements: readonly (readonly [string, string])[]): string {
  let text = readFileSync(join('docs/gateways', name), 'utf8');
  for (const [documented, here] of replacements) {
    if (!text.includes(documented)) throw new Error(`${name} has no ${documented}`);
    text = text.replaceAll(documented, () => here);
  }
  return text;
}

async function run(
  port: number,
  prepare: (folder: string) => [command: string, args: string[], env: Record<string, string>],
): Promise<GatewayProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-gateway-'));
  chmodSync(folder, 0o700);
  const [command, args, env] = prepare(folder);
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + PATIENCE_MS; !(await answers(port)); await sleep(50)) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new Error(`${command} did not start: ${output}`);
  }
  return { base: `http://127.0.0.1:${port}`, port, stop };
}

const answers = (port: number): Promise<boolean> =>
  sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').then(
    (reply) => reply !== '',
    () => false,
  );
