import type { NextFunction, Request, Response } from 'express';

/** What Envoy's path_prefix puts before the target of its client's request. */
export const EXT_AUTHZ = '/authz/ext-authz';

/**
 * Leads whatever follows the prefix to one route. Express would decode it as part of a path, and
 * fail on octets that are not UTF-8; `originalUrl` keeps it as it was sent.
 */
export function routeExtAuthz(request: Request, _: Response, next: NextFunction): void {
  const { url } = request;
  if (url.startsWith(`${EXT_AUTHZ}/`) || url.startsWith(`${EXT_AUTHZ}?`)) request.url = EXT_AUTHZ;
  next();
}
