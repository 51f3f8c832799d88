// For libraries that only compute a signature: collects the parameters and builds the header.
import { randomBytes } from 'node:crypto';
import { danceParameter } from './answer-lines.mjs';

export function protocolParameters(order) {
  return {
    oauth_consumer_key: order.key,
    ...(order.token ? { oauth_token: order.token } : {}),
    oauth_signature_method: order.signatureMethod,
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_nonce: randomBytes(12).toString('hex'),
    oauth_version: '1.0',
    ...danceParameter(order),
  };
}

export function headerOf(parameters) {
  const pieces = Object.entries(parameters).map(
    ([name, value]) => `${name}="${encodeURIComponent(value)}"`,
  );
  return `OAuth ${pieces.join(', ')}`;
}
