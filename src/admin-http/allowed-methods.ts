import type { Express } from 'express';

/** The properties of Express's router layers that are used here. Express's types do not declare them. */
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
}

/**
 * The methods that the routes of a path serve, for `Allow` (RFC 9110 section 15.5.6). A route for all methods,
 * including TRACE, is ignored, because it is a catch-all.
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
