import type { ServerResponse } from 'node:http';
import type { VerifiedRequest } from '../oauth10/verified-request.js';
import { percentEncodeText } from '../protocol/percent-encoding.js';

/**
 * Tells the gateway who signed, in six headers. They are always present, and empty if there is nothing to report,
 * so that a gateway that copies them overwrites headers of these names from its client.
 *
 * @param assertion the same facts as a JWT of the platform; empty if none is issued
 */
export function sendIdentity(
  response: ServerResponse,
  verified: VerifiedRequest,
  assertion: string,
): void {
  const { consumer, accessToken, bodyVerified } = verified;
  response
    .writeHead(200, {
      'X-OAuth-Consumer-Key': percentEncodeText(consumer.consumerKey),
      'X-OAuth-Token': percentEncodeText(accessToken?.token ?? ''),
      'X-OAuth-Subject': percentEncodeText(accessToken?.subject ?? ''),
      'X-OAuth-Scope': percentEncodeText(accessToken?.scopes.join(' ') ?? ''),
      'X-OAuth-Body-Verified': String(bodyVerified),
      'X-OAuth-Assertion': assertion,
      'Content-Length': 0,
      'Cache-Control': 'no-store',
    })
    .end();
}
