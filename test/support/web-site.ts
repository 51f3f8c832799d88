import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web site beside the service: a client that is called back, or an attacker with pages. */
export interface WebSite {
  /** `http://127.0.0.1:port`: the service's site on another origin. */
  readonly origin: string;
  /** `http://localhost:port`: another site to browsers, on the same port. */
  readonly foreignOrigin: string;
  /** Path and query of every request but the browser's own for an icon. */
  readonly visits: string[];
  /** HTML by path. */
  readonly pages: Map<string, string>;
  /** Where a path redirects to; a path of neither kind answers with a heading. */
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
