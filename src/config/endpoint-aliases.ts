import { isPlainPath } from './public-url.js';

/** The public endpoints that can have additional paths. */
export const ALIASED = [
  'initiate',
  'authorize',
  'token',
  'revoke',
  'echo',
  'platform-token',
] as const;

/** The additional paths of public endpoints, by path. */
export type EndpointAliases = ReadonlyMap<string, (typeof ALIASED)[number]>;

/** Whether this version or a later one reserves the path on the public listener (contract section 1). */
export const isOwnPath = (path: string): boolean =>
  OWN_PATHS.some((own) => path === own || path.startsWith(`${own}/`));

const OWN_PATHS = ['/oauth/oauth10', '/oauth/auz', '/.well-known', '/health'];

/** Reads ENDPOINT_ALIASES: `/oauth/request_token=initiate,/oauth/access_token=token`. */
export function parseEndpointAliases(text: string): EndpointAliases {
  const aliases = new Map<string, (typeof ALIASED)[number]>();
  for (const entry of text.split(',')) {
    const equals = entry.lastIndexOf('=');
    const [path, name] = [entry.slice(0, equals), entry.slice(equals + 1)];
    const target = ALIASED.find((one) => one === name);
    if (equals < 0 || !isPlainPath(path) || path === '/' || path.endsWith('/')) {
      throw new Error('must be a list of /PATH=ENDPOINT, each path beginning with "/"');
    }
    if (target === undefined) throw new Error(`must lead to one of ${ALIASED.join(', ')}`);
    if (isOwnPath(path)) throw new Error(`hides ${path}, which is the service's own`);
    if (aliases.has(path)) throw new Error(`must name ${path} once`);
    aliases.set(path, target);
  }
  return aliases;
}
