// A consent app in one file: the platform's own page on which a resource owner allows or denies what
// a client asks for. It needs Node.js 20 and nothing else; docs/consent-app.md explains it.
//
//   CONSENT_API_KEY=oak_… node docs/examples/consent-app.mjs
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const {
  PORT = '4000',
  // In a container 0.0.0.0.
  HOST = '127.0.0.1',
  // How browsers reach this app, and how this app reaches the service's admin listener.
  ORIGIN = `http://127.0.0.1:${PORT}`,
  ADMIN_API = 'http://127.0.0.1:3001',
  CONSENT_API_KEY,
  // What scopes mean, in the platform's words: {"photos": "See your photos"}
  SCOPE_TITLES = '{}',
} = process.env;
if (!CONSENT_API_KEY) throw new Error('CONSENT_API_KEY must be a key of role consent');
const scopeTitles = JSON.parse(SCOPE_TITLES);

// --- Sign-in: the platform's business ---------------------------------------------------------
// A STAND-IN, to be replaced by the platform's own sign-in. It takes every browser for Jane. What
// the rest of this file needs of a session: who it is, and a secret that only the server knows.
if (process.env.NODE_ENV === 'production') throw new Error('Replace the stand-in for sign-in');
const COOKIE = ORIGIN.startsWith('https:') ? '__Host-consent' : 'consent';
const sessions = new Map();

function sessionOf(request, response) {
  const sent = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{32})(?:;|$)`).exec(
    request.headers.cookie ?? '',
  );
  const known = sent && sessions.get(sent[1]);
  if (known) return known;
  if (request.method !== 'GET') return undefined;
  const id = randomBytes(24).toString('base64url');
  const session = { subject: 'jane', formKey: randomBytes(32) };
  sessions.set(id, session);
  const secure = COOKIE.startsWith('__Host-') ? '; Secure' : '';
  response.setHeader('Set-Cookie', `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  return session;
}

// --- The admin API of the service -------------------------------------------------------------
/** @returns the status, and the JSON of the reply; 503 when the service can't be reached */
async function askService(method, oauthToken, step = '', body = undefined) {
  const reply = await askOnce(method, oauthToken, step, body);
  if (reply.status !== 503 && reply.json.code !== 'request_in_flight') return reply;
  // Perhaps only the answer got lost: the same decision with the same key has the same answer.
  await sleep(1_000);
  return askOnce(method, oauthToken, step, body);
}

/** The same for the same decision, and for no other. */
const idempotencyKey = (...decision) =>
  createHash('sha256').update(JSON.stringify(decision)).digest('base64url');

async function askOnce(method, oauthToken, step, body) {
  const path = `/admin/authorization-requests/${encodeURIComponent(oauthToken)}${step}`;
  try {
    const reply = await fetch(ADMIN_API + path, {
      method,
      headers: {
        Authorization: `Bearer ${CONSENT_API_KEY}`,
        ...(body && {
          'Content-Type': 'application/json',
          'Idempotency-Key': idempotencyKey(oauthToken, step, body),
        }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(5_000),
    });
    return { status: reply.status, json: await reply.json() };
  } catch {
    return { status: 503, json: {} };
  }
}

// --- What went wrong, in words for the owner --------------------------------------------------
const AGAIN = 'Go back to the application and start again from there.';
const FAULTS = {
  unknown: [400, 'This link is not valid', AGAIN],
  expired: [400, 'This request has expired', `Nothing was decided. ${AGAIN}`],
  decided: [400, 'You have decided already', 'Go back to the application.'],
  disabled: [400, 'This application cannot be given access', 'Ask the people who run it.'],
  forged: [403, 'This form is out of date', 'Nothing was changed. Go back and reload the page.'],
  unavailable: [503, 'The service is not available', 'Try again in a moment.'],
  broken: [500, 'Something went wrong', 'Nothing was decided. Try again later.'],
};

/** The fault that a refusal of the admin API is to the owner. */
function faultOf({ status, json }) {
  if (status === 404) return 'unknown';
  if (status === 410) return 'expired';
  const shut = ['consumer_disabled', 'callback_not_registered'].includes(json.code);
  if (json.code === 'request_in_flight') return 'unavailable';
  if (status === 409) return shut ? 'disabled' : 'decided';
  if (status === 400) return 'forged'; // scopes that nobody asked for
  if (status === 503 || status === 429) return 'unavailable';
  // 401 and 403: the key is wrong, or not of role consent. The operator has to know.
  console.error(`The admin API answered ${status} ${json.code ?? ''}`);
  return 'broken';
}

// --- Pages ------------------------------------------------------------------------------------
const STYLE = `:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;
max-width:34rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
button{font:inherit;padding:.5rem 1.5rem}.pin{font:2rem ui-monospace,monospace;user-select:all}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text as HTML, in content and in quoted attributes. Names are other people's: isolate them. */
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
const nameOf = (consumer) => `<bdi>${escape(consumer.name)}</bdi>`;

function send(response, status, title, content, formAction = "form-action 'self'; ") {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>${STYLE}</style></head><body><main>${content}</main></body></html>`;
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    // No script, no frame, nothing from elsewhere.
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; ${formAction}frame-ancestors 'none'; base-uri 'none'`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 503 && { 'Retry-After': '5' }),
    ...(status === 405 && { Allow: 'GET, POST' }),
  });
  response.end(html);
}

function sendFault(response, fault) {
  const [status, title, advice] = FAULTS[fault];
  send(response, status, title, `<h1>${title}</h1><p>${advice}</p>`);
}

/** Where the owner will land. Private schemes have no host; they open a program on the device. */
function landing(callback) {
  if (callback === 'oob') return 'Afterwards you get a code to type into the application.';
  const { protocol, host } = new URL(callback);
  return `Afterwards you go on to ${escape(/^https?:$/.test(protocol) ? host : protocol)}.`;
}

function sendConsentPage(response, session, request) {
  const { oauthToken, consumer, scopes, callback } = request;
  const ticks = scopes.map(
    (scope, n) => `<p><input type="checkbox" id="scope-${n}" name="scope" value="${escape(scope)}"
      checked> <label for="scope-${n}">${escape(scopeTitles[scope] ?? scope)}</label></p>`,
  );
  const content = `<h1>${nameOf(consumer)} asks for access</h1>
    <p>${escape(consumer.description ?? '')}</p>
    <p>You are signed in as <bdi>${escape(session.subject)}</bdi>. ${landing(callback)}</p>
    <form method="post" action="/consent">
    <input type="hidden" name="oauth_token" value="${escape(oauthToken)}">
    <input type="hidden" name="form_token" value="${formToken(session, oauthToken)}">
    ${ticks.length > 0 ? `<fieldset><legend>It may</legend>${ticks.join('')}</fieldset>` : ''}
    <p><button name="decision" value="deny">Deny</button>
    <button name="decision" value="allow">Allow</button></p></form>`;
  // Browsers hold every redirect after a form to form-action, and a callback may redirect on.
  send(response, 200, `${consumer.name} asks for access`, content, '');
}

// --- The form is ours ---------------------------------------------------------------------------
/** Shows that this app made the form, for this session and this request. */
const formToken = (session, oauthToken) =>
  createHmac('sha256', session.formKey).update(oauthToken).digest('base64url');

function isOwnForm(request, session, form) {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== ORIGIN) return false;
  if (site !== undefined && site !== 'same-origin') return false;
  const sent = Buffer.from(form.get('form_token') ?? '');
  const ours = Buffer.from(formToken(session, form.get('oauth_token') ?? ''));
  return sent.length === ours.length && timingSafeEqual(sent, ours);
}

async function readForm(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 65_536) return new URLSearchParams(); // has no form_token: refused
  }
  return new URLSearchParams(text);
}

// --- The two requests ---------------------------------------------------------------------------
async function show(session, oauthToken, response) {
  const reply = await askService('GET', oauthToken);
  if (reply.status !== 200) return sendFault(response, faultOf(reply));
  const { status } = reply.json;
  if (status === 'expired') return sendFault(response, 'expired');
  if (status !== 'pending') return sendFault(response, 'decided');
  sendConsentPage(response, session, reply.json);
}

async function decide(session, form, response) {
  const oauthToken = form.get('oauth_token');
  const isAllowed = form.get('decision') === 'allow';
  if (!isAllowed && form.get('decision') !== 'deny') return sendFault(response, 'forged');
  const reply = isAllowed
    ? await askService('POST', oauthToken, '/accept', {
        subject: session.subject,
        scopes: [...new Set(form.getAll('scope'))], // those that stayed ticked
      })
    : await askService('POST', oauthToken, '/reject', {});
  if (reply.status !== 200) return sendFault(response, faultOf(reply));

  const { redirectTo, oauthVerifier } = reply.json;
  if (redirectTo !== null) {
    response.writeHead(302, { Location: redirectTo, 'Cache-Control': 'no-store' }).end();
  } else if (isAllowed) {
    const content = `<h1>Access is allowed</h1><p>Type this code into the application:</p>
      <p class="pin">${escape(oauthVerifier)}</p><p>It is shown only this once.</p>`;
    send(response, 200, 'Access is allowed', content);
  } else {
    send(response, 200, 'Access is denied', '<h1>Access is denied</h1><p>Close this page.</p>');
  }
}

async function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url, ORIGIN);
  if (pathname !== '/consent') return send(response, 404, 'Not found', '<h1>Not found</h1>');
  if (request.method === 'GET') {
    const session = sessionOf(request, response);
    return show(session, searchParams.get('oauth_token') ?? '', response);
  }
  if (request.method !== 'POST') return send(response, 405, 'No', '<h1>Not this way</h1>');
  const form = await readForm(request);
  const session = sessionOf(request, response);
  if (!session || !isOwnForm(request, session, form)) return sendFault(response, 'forged');
  return decide(session, form, response);
}

createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error.message); // never the request: it holds tokens
    if (!response.headersSent) sendFault(response, 'broken');
    else response.destroy();
  });
}).listen(Number(PORT), HOST, () => console.log(`listening on ${ORIGIN}/consent`));
