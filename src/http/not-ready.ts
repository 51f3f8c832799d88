import type { RequestListener, ServerResponse } from 'node:http';
import { Problem, sendProblem } from './problem-details.js';
import { sendText } from './send-text.js';
import type { Listener } from './listeners.js';

const RETRY_AFTER = { 'Retry-After': '1' };

/**
 * Answers requests until the database is available: liveness is ok, readiness is not, and every other path gets
 * a 503, which the client may retry.
 */
export function answerNotReady(listener: Listener): RequestListener {
  return ({ url = '' }, response) => {
    const path = url.split('?')[0];
    if (path === '/health/live') sendHealth(response, 200, {});
    else if (path?.startsWith('/health/')) {
      sendHealth(response, 503, { database: { status: 'down', message: 'out of reach' } });
    } else if (listener === 'admin') {
      const more = { headers: RETRY_AFTER };
      sendProblem(response, new Problem('store_unavailable', 'Try again soon.', more));
    } else sendText(response, 503, 'The store is out of reach. Try again soon.', RETRY_AFTER);
  };
}

/** The format of terminus. */
function sendHealth(response: ServerResponse, status: 200 | 503, error: object): void {
  const body = JSON.stringify({
    status: status === 200 ? 'ok' : 'error',
    info: {},
    error,
    details: error,
  });
  response
    .writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    })
    .end(body);
}
