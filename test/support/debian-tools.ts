import { execFileSync } from 'node:child_process';

/** A program outside npm that tests run for real, and the Debian package that brings it. */
export interface DebianTool {
  readonly debianPackage: string;
  /** A command that ends with status 0 where the tool is there. */
  readonly probe: readonly [command: string, ...args: string[]];
}

export const NGINX: DebianTool = { debianPackage: 'nginx-light', probe: ['nginx', '-v'] };
export const CADDY: DebianTool = { debianPackage: 'caddy', probe: ['caddy', 'version'] };
export const HAPROXY: DebianTool = { debianPackage: 'haproxy', probe: ['haproxy', '-v'] };
export const VARNISH: DebianTool = { debianPackage: 'varnish', probe: ['varnishd', '-V'] };
export const APACHE: DebianTool = { debianPackage: 'apache2', probe: ['apache2', '-v'] };
/** Renders; .ci/run installs the package where no other kubectl is. */
export const KUBECTL: DebianTool = {
  debianPackage: 'kubernetes-client',
  probe: ['kubectl', 'kustomize', '--help'],
};
/** Brings promtool. */
export const PROMETHEUS: DebianTool = {
  debianPackage: 'prometheus',
  probe: ['promtool', '--version'],
};
/** Server and programs of the version that Debian has, beside the one that comes with npm. */
export const POSTGRESQL: DebianTool = {
  debianPackage: 'postgresql',
  probe: ['sh', '-c', 'ls /usr/lib/postgresql/*/bin/initdb'],
};
/** Server and redis-cli, which makes clusters. */
export const REDIS: DebianTool = {
  debianPackage: 'redis-server',
  probe: ['sh', '-c', 'redis-server --version && redis-cli --version'],
};
export const PGBOUNCER: DebianTool = {
  debianPackage: 'pgbouncer',
  probe: ['pgbouncer', '--version'],
};
/** Reads and merges files of Compose; nothing of Docker runs. */
export const DOCKER_COMPOSE: DebianTool = {
  debianPackage: 'docker-compose',
  probe: ['docker-compose', 'version'],
};
export const JQ: DebianTool = { debianPackage: 'jq', probe: ['jq', '--version'] };
export const REQUESTS_OAUTHLIB: DebianTool = {
  debianPackage: 'python3-requests-oauthlib',
  probe: ['/usr/bin/python3', '-c', 'import requests_oauthlib'],
};
export const PHP: DebianTool = { debianPackage: 'php-cli', probe: ['php', '--version'] };
/** With python3-cryptography, which ES256 takes. */
export const PYJWT: DebianTool = {
  debianPackage: 'python3-jwt',
  probe: ['/usr/bin/python3', '-c', 'import jwt, cryptography'],
};
export const CHROMIUM: DebianTool = { debianPackage: 'chromium', probe: ['chromium', '--version'] };

/**
 * `describe`, for tests that need tools. In CI a missing one fails the suite; on a user's machine
 * the suite is skipped and its title says what to install.
 */
export function describeWith(tools: readonly DebianTool[], title: string, body: () => void): void {
  const missing = tools.filter((tool) => !isThere(tool)).map((tool) => tool.debianPackage);
  if (missing.length === 0) {
    describe(title, body);
  } else if (process.env['CI']) {
    it(`${title}: needs ${missing.join(', ')}`, () => expect(missing).toEqual([]));
  } else {
    describe.skip(`${title} (install ${missing.join(', ')} to run it)`, body);
  }
}

function isThere({ probe: [command, ...args] }: DebianTool): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
