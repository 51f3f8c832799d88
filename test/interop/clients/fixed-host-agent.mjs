// For libraries that have one host: an agent that connects to the gateway instead, and asks for that host.
import https from 'node:https';
import { connect } from 'node:tls';

export function agentTo(url) {
  const { hostname: host, port } = new URL(url);
  const agent = new https.Agent();
  agent.createConnection = (options) =>
    // The certificate is that of the gateway's address.
    connect({ ...options, host, port, checkServerIdentity: () => undefined });
  return agent;
}
