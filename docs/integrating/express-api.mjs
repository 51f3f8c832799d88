// An API on Express without a gateway: it asks the service about each request. docs/integrating/express.md explains it.
import express from 'express';

const { PORT = '8080', VERIFY_URL, GATEWAY_KEY, ORIGIN } = process.env;
// ORIGIN is how clients reach this API, since that is what they sign: https://api.example.com
if (!VERIFY_URL || !GATEWAY_KEY || !ORIGIN) throw new Error('Set VERIFY_URL, GATEWAY_KEY, ORIGIN');
const REPORTED = ['authorization', 'content-type', 'content-length', 'transfer-encoding'];

const unavailable = (response, retryAfter) =>
  response.set('Retry-After', retryAfter ?? '1').sendStatus(503);

/** The headers that the verdict depends on; undefined when one of them came twice. */
function reportedHeaders({ rawHeaders }) {
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    if (!REPORTED.includes(name)) continue;
    // Node would take the first of two, silently.
    if (name in headers) return undefined;
    headers[name] = rawHeaders[i + 1];
  }
  return headers;
}

async function oauth10(request, response, next) {
  const headers = reportedHeaders(request);
  if (headers === undefined) return response.sendStatus(400);
  let reply, verdict;
  try {
    reply = await fetch(VERIFY_URL, {
      method: 'POST',
      headers: { 'X-Gateway-Key': GATEWAY_KEY, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        method: request.method,
        // Raw: nothing decoded, nothing tidied up.
        url: ORIGIN + request.originalUrl,
        headers,
        bodyBase64: (request.body ?? Buffer.alloc(0)).toString('base64'),
        clientAddress: request.socket.remoteAddress,
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(5_000),
    });
    verdict = await reply.json().catch(() => ({}));
  } catch {
    return unavailable(response);
  }
  if (reply.status !== 200) {
    // 401 and 403 are about this API's own key, and nothing that the client could mend.
    if (reply.status !== 503) console.error(`The verifier answered ${reply.status}`);
    return unavailable(response, reply.headers.get('Retry-After'));
  }
  if (verdict.active !== true) {
    if (verdict.status === 401) {
      response.set('WWW-Authenticate', `OAuth realm="api", oauth_problem="${verdict.problem}"`);
    }
    const told = { oauth_problem: verdict.problem, oauth_problem_advice: verdict.advice };
    return response
      .status(verdict.status)
      .type('form')
      .send(`${new URLSearchParams(told)}`);
  }
  response.locals.caller = verdict;
  next();
}

const app = express();
app.disable('x-powered-by');
// The octets of the body are signed: they are kept as they came, and parsed after the verdict.
app.use(express.raw({ type: () => true, limit: '64kb', inflate: false }), oauth10);
app.all('/photos', (request, response) => {
  const { subject, consumerKey, scopes, bodyVerified } = response.locals.caller;
  if (!scopes.includes('photos')) return response.sendStatus(403);
  response.json({ subject, consumerKey, bodyVerified, body: String(request.body ?? '') });
});
app.listen(Number(PORT), '127.0.0.1');
