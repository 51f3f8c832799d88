import type { ServerResponse } from 'node:http';
import type { VerifiedRequest } from '../oauth10/verified-request.js';
import { percentEncodeText } from '../protocol/percent-encoding.js';

/** Tells the gateway who signed; a header whose value is absent is left out. */
export function sendIdentity(response: ServerResponse, verified: VerifiedRequest): void {
  const { consumer, accessToken, bodyVerified } = verified;
  const identity = {
    'X-OAuth-Consumer-Key': consumer.consumerKey,
    'X-OAuth-Token': accessToken?.token,
    'X-OAuth-Subject': accessToken?.subject,
    'X-OAuth-Scope': accessToken?.scopes.join(' '),
  };
  for (const [name, value] of Object.entries(identity)) {
    if (value) response.setHeader(name, percentEncodeText(value));
  }
  response
    .writeHead(200, {
      'X-OAuth-Body-Verified': String(bodyVerified),
      'Content-Length': 0,
      'Cache-Control': 'no-store',
    })
    .end();
}
