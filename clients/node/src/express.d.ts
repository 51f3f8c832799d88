/**
 * Middleware for Express: sets `request.oauth10` to who signed, or answers itself. It comes behind
 * `express.raw({ type: () => true, inflate: false })` and before any other parser.
 *
 * @param {import('./client.js').OAuth10Client} client
 * @param {object} options
 * @param {string} options.origin how clients reach the API: `https://api.example.com`
 * @param {string} [options.realm] `api` unless set
 * @param {import('./http.js').ClientAddress} [options.clientAddress] the other end of the connection unless set
 * @param {(error: unknown) => void} [options.onUnavailable] for the log
 */
export function oauth10(
  client: import('./client.js').OAuth10Client,
  {
    origin,
    realm,
    clientAddress,
    onUnavailable,
  }: {
    origin: string;
    realm?: string | undefined;
    clientAddress?: import('./http.js').ClientAddress | undefined;
    onUnavailable?: ((error: unknown) => void) | undefined;
  },
): (
  request: import('./http.js').Request & {
    oauth10?: import('./client.js').Verified;
  },
  response: import('node:http').ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;
