import { execFileSync } from 'node:child_process';

/** A program outside npm that tests run, and the Debian package that contains it. */
export interface DebianTool {
  readonly debianPackage: string;
  /** A command that exits with status 0 if the tool is installed. */
  readonly probe: readonly [command: string, ...args: string[]];
}

export const NGINX: DebianTool = { debianPackage: 'nginx-light', probe: ['nginx', '-v'] };
export const CADDY: DebianTool = { debianPackage: 'caddy', probe: ['caddy', 'version'] };
export const HAPROXY: DebianTool = { debianPackage: 'haproxy', probe: ['haproxy', '-v'] };
export const VARNISH: DebianTool = { debianPackage: 'varnish', probe: ['varnishd', '-V'] };
export const APACHE: DebianTool = { debianPackage: 'apache2', probe: ['apache2', '-v'] };
/** Renders kustomizations. .ci/run installs the package if there is no other kubectl. */
export const KUBECTL: DebianTool = {
  debianPackage: 'kubernetes-client',
  probe: ['kubectl', 'kustomize', '--help'],
};
/** The package contains promtool. */
export const PROMETHEUS: DebianTool = {
  debianPackage: 'prometheus',
  probe: ['promtool', '--version'],
};
/** Server and client programs of Debian's version, in addition to the version from npm. */
export const POSTGRESQL: DebianTool = {
  debianPackage: 'postgresql',
  probe: ['sh', '-c', 'ls /usr/lib/postgresql/*/bin/initdb'],
};
/** The server, and redis-cli, which creates clusters. */
export const REDIS: DebianTool = {
  debianPackage: 'redis-server',
  probe: ['sh', '-c', 'redis-server --version && redis-cli --version'],
};
export const PGBOUNCER: DebianTool = {
  debianPackage: 'pgbouncer',
  probe: ['pgbouncer', '--version'],
};
/** Reads and merges Compose files. Tests start no containers. */
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
/** Needs python3-cryptography for ES256. */
export const PYJWT: DebianTool = {
  debianPackage: 'python3-jwt',
  probe: ['/usr/bin/python3', '-c', 'import jwt, cryptography'],
};
export const CHROMIUM: DebianTool = { debianPackage: 'chromium', probe: ['chromium', '--version'] };

/**
 * `describe` for tests that need tools. In CI a missing tool fails the suite. Elsewhere the suite is skipped, and its
 * title says what to install.
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
