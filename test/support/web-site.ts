import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web site beside the service: a client with a callback, or an attacker's pages. */
export interface WebSite {
  /** `http://127.0.0.1:port`: same site as the service, another origin. */
  readonly origin: string;
  /** `http://localhost:port`: another site to browsers, on the same port. */
  readonly foreignOrigin: string;
  /** Path and query of every request, except the browser's own for an icon. */
  readonly visits: string[];
  /** HTML by path. */
  readonly pages: Map<string, string>;
  /** The redirect of a path. A path without a page or a redirect answers with a heading. */
  readonly redirects: Map<string, string>;
  close(): Promise<void>;
}

export async function openWebSite(): Promise<WebSite> {
  const visits: string[] = [];
  const pages = new Map<string, string>();
  const redirects = new Map<string, string>();
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    const path = target.split('?')[0] ?? '';
    if (path !== '/favicon.ico') visits.push(target);
    const location = redirects.get(path);
    if (location !== undefined) {
      response.writeHead(302, { Location: location }).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(
      pages.get(path) ?? '<!doctype html><title>Printer</title><h1>Back at Printer</h1>',
    );
  }).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    foreignOrigin: `http://localhost:${port}`,
    visits,
    pages,
    redirects,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
