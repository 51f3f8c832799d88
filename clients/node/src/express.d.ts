/**
 * Middleware for Express. It sets `request.oauth10` to the verdict, or answers a refusal itself. Use it after
 * `express.raw({ type: () => true, inflate: false })` and before any other body parser.
 *
 * @param {import('./client.js').OAuth10Client} client
 * @param {object} options
 * @param {string} options.origin the API's origin as clients use it, such as `https://api.example.com`
 * @param {string} [options.realm] default `api`
 * @param {import('./http.js').ClientAddress} [options.clientAddress] default: the peer's address
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
