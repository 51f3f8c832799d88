// For libraries with a fixed host: an agent that connects to the gateway but keeps the Host header.
import https from 'node:https';
import { connect } from 'node:tls';

export function agentTo(url) {
  const { hostname: host, port } = new URL(url);
  const agent = new https.Agent();
  agent.createConnection = (options) =>
    // The certificate contains the gateway's address instead of the host.
    connect({ ...options, host, port, checkServerIdentity: () => undefined });
  return agent;
}
