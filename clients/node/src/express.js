import { answerTo, reportOf } from './http.js';

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
  client,
  { origin, realm = 'api', clientAddress, onUnavailable = () => {} },
) {
  /**
   * @param {import('./http.js').Request & { oauth10?: import('./client.js').Verified }} request
   * @param {import('node:http').ServerResponse} response
   * @param {(error?: unknown) => void} next
   */
  return async (request, response, next) => {
    try {
      request.oauth10 = await client.verify(reportOf(request, origin, clientAddress));
    } catch (error) {
      const answer = answerTo(error, realm);
      if (!answer) return next(error);
      if (answer.status === 503) onUnavailable(error);
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    next();
  };
}
