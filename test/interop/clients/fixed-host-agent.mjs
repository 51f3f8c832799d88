// For libraries with a fixed host: they connect to the gateway, but keep the Host header.
import https from 'node:https';
import tls from 'node:tls';

// Before `sendFetchesTo` replaces it.
const { connect } = tls;

function connectTo(url, options) {
  const { hostname: host, port } = new URL(url);
  // The certificate is that of the gateway's address.
  return connect({ ...options, host, port, checkServerIdentity: () => undefined });
}

/** An agent for libraries that take one, or use Node's own. */
export function agentTo(url) {
  const agent = new https.Agent();
  agent.createConnection = (options) => connectTo(url, options);
  return agent;
}

/** For libraries that use `fetch`, which takes no agent. */
export function sendFetchesTo(url) {
  tls.connect = (options) => connectTo(url, options);
}
