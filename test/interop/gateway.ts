// A gateway for clients with fixed paths, hosts or TLS. It asks `POST /verify` about each request, unchanged, and
// answers with the verdict itself instead of forwarding to an API. Requests to the clients' token endpoints are
// forwarded to the service.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { send } from '../support/http.js';
import type { TestService } from '../support/service.js';

const FORM = 'application/x-www-form-urlencoded';

/** The token endpoints of clients with fixed paths, Flickr's last; ENDPOINT_ALIASES maps them. */
const TOKEN_ENDPOINTS: ReadonlyMap<string, 'initiate' | 'token'> = new Map([
  ['/oauth/request_token', 'initiate'],
  ['/oauth/access_token', 'token'],
  ['/services/oauth/request_token', 'initiate'],
  ['/services/oauth/access_token', 'token'],
]);

/** Settings of the service behind this gateway. */
export const BEHIND_GATEWAY = {
  TRUST_PROXY: '127.0.0.1',
  ENDPOINT_ALIASES: [...TOKEN_ENDPOINTS].map((alias) => alias.join('=')).join(','),
};

/** The schemes of a gateway. */
export type GatewayScheme = 'http' | 'https';

export interface Gateway {
  /** Without a trailing `/`. */
  readonly base: string;
  /** The certificate that clients have to trust; undefined without TLS. */
  readonly certificateFile: string | undefined;
  stop(): Promise<void>;
}

/** Starts a gateway without an API behind it. */
export async function startGateway(service: TestService, scheme: GatewayScheme): Promise<Gateway> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    (TOKEN_ENDPOINTS.has(path) ? passOn : judge)(service, scheme, request, response).catch(
      (error: Error) => response.writeHead(500).end(String(error)),
    );
  };
  const certificate = scheme === 'https' ? loopbackCertificate() : undefined;
  const server = certificate ? createTlsServer(certificate, answer) : createServer(answer);
  server.on('clientError', (_error, socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 8\r\n\r\nnot HTTP');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    base: `${scheme}://127.0.0.1:${port}`,
    certificateFile: certificate?.file,
    async stop() {
      certificate?.remove();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Makes a certificate for loopback, in its own folder. */
function loopbackCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-gateway-'));
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=gateway', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const made = ['-nodes', ...subject, '-keyout', keyFile, '-out', file];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...made], { stdio: 'ignore' });
  const remove = () => rmSync(folder, { recursive: true });
  return { key: readFileSync(keyFile), cert: readFileSync(file), file, remove };
}

async function passOn(
  { publicBase: base }: TestService,
  scheme: GatewayScheme,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url: target, rawHeaders } = request;
  // Without Accept: the header of disconnect excludes forms, so the service would answer 406.
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 && name !== 'Accept' ? [[name, rawHeaders[index + 1] ?? '']] : [],
  );
  const body = await buffer(request);
  const forwarded: [string, string][] = [...headers, ['X-Forwarded-Proto', scheme]];
  const reply = await send({ base, method, target, headers: forwarded, body });
  response.writeHead(reply.status, { 'Content-Type': reply.headers['content-type'] ?? FORM });
  response.end(reply.text);
}

async function judge(
  service: TestService,
  scheme: GatewayScheme,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url: target = '', headers } = request;
  const body = await buffer(request);
  const url = `${scheme}://${headers.host}${target}`;
  const bodyBase64 = body.toString('base64');
  const reply = await service.admin('POST', '/verify', { method, url, headers, bodyBase64 });
  const verdict = reply.json();
  if (verdict.active !== true) {
    const { status, problem, hint } = verdict;
    const told = { oauth_problem: problem, ...(hint && { oauth_signature_hint: hint }) };
    response.writeHead(status, { 'Content-Type': FORM }).end(String(new URLSearchParams(told)));
    return;
  }
  // The body was verified with the request, so it is parsed as the API would parse it.
  const form = headers['content-type']?.startsWith(FORM) ? body.toString() : '';
  const parameters = [...new URL(url).searchParams, ...new URLSearchParams(form)].filter(
    ([name]) => !name.startsWith('oauth_'),
  );
  const { consumerKey, token, subject } = verdict;
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ consumerKey, token, subject, method, parameters }));
}
