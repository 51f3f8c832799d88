import type { Express } from 'express';

/** The part of Express's router that is read here; its types leave it out. */
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
}

/**
 * The methods that some route serves at the path, for `Allow` (RFC 9110 section 15.5.6). A route
 * for all methods, TRACE among them, says nothing about the path and doesn't count.
 */
export function allowedMethods(express: Express, path: string): string[] {
  const layers = express.router.stack as unknown as Layer[];
  const routes = layers.filter((layer) => layer.route && layer.match(path));
  const allowed = routes
    .map((layer) => layer.route?.methods ?? {})
    .filter(({ trace }) => !trace)
    .flatMap((methods) => Object.keys(methods).map((method) => method.toUpperCase()));
  if (allowed.includes('GET')) allowed.push('HEAD');
  return [...new Set(allowed)].sort();
}
