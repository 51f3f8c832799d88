import { answerTo, reportOf } from './http.js';

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
