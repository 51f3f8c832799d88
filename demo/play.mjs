// Runs the example of RFC 5849 section 1.2 against the running service, with an OAuth 1.0a client library that is
// independent of this project: Jane lets a printer fetch her holiday photo.
//
//     npm run demo
import { createHmac } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import { Difference, exchange, expectThat } from './exchange.mjs';
import { adminBase, adminKey, publicBase, runningService } from './running-service.mjs';
import { tell, tellLine, tellStep } from './teller.mjs';

const CALLBACK = 'http://printer.example.com/ready';

/** A request of the printer, signed by the library, with the protocol parameters in the header. */
function signed(oauth, { method, path, parameters = {}, token }) {
  const url = publicBase + path;
  const own = oauth.authorize({ method, url, data: { ...parameters } }, token);
  return { method, url, headers: { ...oauth.toHeader({ ...own, ...parameters }) } };
}

/** A request of staff to the admin API. */
function asStaff(key, method, path, content) {
  const request = { method, url: adminBase + path, headers: { authorization: `Bearer ${key}` } };
  if (content === undefined) return request;
  request.headers['content-type'] = 'application/json';
  return { ...request, body: JSON.stringify(content) };
}

async function play(key) {
  tellStep(
    '1. The printer is registered (section 1.1)',
    'Before anything else, the service must know the consumer and share a secret with it. RFC 5849 ' +
      'leaves open how; here the staff do it over the admin API. The secret is shown because ' +
      'this is a demo, and by the service this once only.',
  );
  const registration = await exchange(
    asStaff(key, 'POST', '/admin/consumers', {
      name: 'printer.example.com',
      callbackUrls: [CALLBACK],
      scopes: ['photos'],
    }),
    201,
  );
  const { consumerKey, consumerSecret } = JSON.parse(registration.text);
  try {
    await playAsConsumer(key, { key: consumerKey, secret: consumerSecret });
  } finally {
    const path = `/admin/consumers/${encodeURIComponent(consumerKey)}`;
    const { url, ...options } = asStaff(key, 'DELETE', path);
    const removal = await fetch(url, options).catch(() => undefined);
    tell('');
    if (removal?.ok) tell('The printer is removed again, and its tokens with it.');
    else tell(`The printer could not be removed; it is still registered as ${consumerKey}.`);
  }
}

async function playAsConsumer(key, consumer) {
  const oauth = new OAuth({
    consumer,
    signature_method: 'HMAC-SHA1',
    hash_function: (baseString, signingKey) =>
      createHmac('sha1', signingKey).update(baseString).digest('base64'),
    realm: 'Photos',
  });

  tellStep(
    '2. The printer asks for temporary credentials (section 2.1)',
    'They stand for this one question to Jane. The request is signed with the consumer secret, ' +
      'which itself never travels, and names the place to which Jane is to be sent back.',
  );
  const initiate = { method: 'POST', path: '/oauth/oauth10/initiate' };
  const temporary = await exchange(
    signed(oauth, { ...initiate, parameters: { oauth_callback: CALLBACK } }),
    200,
  );
  const request = credentials(temporary.form);
  expectThat(request.key !== '' && request.secret !== '', 'there are a token and its secret');
  expectThat(
    temporary.form.get('oauth_callback_confirmed') === 'true',
    'the callback is confirmed, which tells 1.0a from the 1.0 that could be hijacked',
  );

  tellStep(
    '3. Jane is asked (section 2.2)',
    'The printer sends her browser here, where she signs in and sees who asks for what:',
  );
  tellLine(`${publicBase}/oauth/auz/authorize?oauth_token=${encodeURIComponent(request.key)}`);
  tell(
    'In production a consent page does that and then tells the service what Jane decided, by the ' +
      'call below. The demo makes the call itself, so Jane says yes.',
  );
  const path = `/admin/authorization-requests/${encodeURIComponent(request.key)}/accept`;
  const accepted = await exchange(asStaff(key, 'POST', path, { subject: 'jane' }), 200);
  const { redirectTo } = JSON.parse(accepted.text);
  const back = new URL(redirectTo);
  expectThat(redirectTo.startsWith(`${CALLBACK}?`), 'Jane is sent to the registered callback');
  expectThat(back.searchParams.get('oauth_token') === request.key, 'with the token she decided on');
  const verifier = back.searchParams.get('oauth_verifier') ?? '';
  expectThat(verifier !== '', 'and a verifier that only her browser carries');

  tellStep(
    '4. The printer exchanges them for token credentials (section 2.3)',
    'The verifier proves that the one who said yes is the one who came back. From now on the ' +
      'temporary credentials are worth nothing.',
  );
  const exchangeOnce = () =>
    signed(oauth, {
      method: 'GET',
      path: '/oauth/oauth10/token',
      parameters: { oauth_verifier: verifier },
      token: request,
    });
  const access = credentials((await exchange(exchangeOnce(), 200)).form);
  expectThat(access.key !== '' && access.secret !== '', 'there are a token and its secret');
  expectThat(access.key !== request.key, 'and they are new ones');

  tellStep(
    '5. The printer uses them (section 3.1)',
    'Every request for something of Jane is signed with both secrets. This resource answers with what ' +
      'the service has verified.',
  );
  const photo = signed(oauth, {
    method: 'GET',
    path: '/oauth/oauth10/echo?file=vacation.jpg&size=original',
    token: access,
  });
  const verified = JSON.parse((await exchange(photo, 200)).text);
  expectThat(verified.consumerKey === consumer.key, 'the service knows that the printer asks');
  expectThat(verified.subject === 'jane', 'and that it asks for Jane');

  tellStep(
    '6. Somebody replays that request (section 3.3)',
    'Whoever has overheard it can send it again, signature and all. The nonce gives it away.',
  );
  await expectProblem(photo, 'nonce_used');

  tellStep(
    '7. Somebody exchanges the temporary credentials again (section 2.3)',
    'Signed afresh and with the right verifier; but they are good for one exchange, whoever comes ' +
      'second.',
  );
  await expectProblem(exchangeOnce(), 'token_used');
}

const credentials = (form) => ({
  key: form.get('oauth_token') ?? '',
  secret: form.get('oauth_token_secret') ?? '',
});

async function expectProblem(request, code) {
  const { form, headers } = await exchange(request, 401);
  expectThat(form.get('oauth_problem') === code, `the problem is ${code}`);
  const challenge = headers.get('www-authenticate') ?? '';
  expectThat(challenge.startsWith('OAuth '), 'the challenge names the scheme (section 3.5.1)');
  tell(`The advice, decoded: "${form.get('oauth_problem_advice') ?? ''}"`);
}

let stop = async () => {};
try {
  tell('An OAuth 1.0a client plays RFC 5849 section 1.2, step by step.');
  tell('Lines with > are sent, lines with < are received. https://www.rfc-editor.org/rfc/rfc5849');
  stop = await runningService(() => tell('Nothing answers yet: starting the service …'));
  await play(await adminKey());
  tell('All answers are what RFC 5849 says.');
} catch (error) {
  process.exitCode = 1;
  if (error instanceof Difference) tell('The answer above is not the one that was due.');
  else tell(error instanceof Error ? error.message : String(error));
} finally {
  await stop();
}
