#!/usr/bin/env bash
# npm next-auth 4.24.15: the callback verifies in the process that began the sign-in, and signs with an empty secret in another.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
# Without its peers, Next.js and React, which the route below does not call.
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent --legacy-peer-deps next-auth@4.24.15 >&2

# One replica of the application: its route /api/auth/[...nextauth], with what Next.js adds to request and response.
cat > replica.mjs <<'JS'
import { createServer } from 'node:http';
import auth from 'next-auth';

const [, , provider] = process.argv;
const options = {
  secret: 'the same in all replicas',
  logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
  providers: [
    {
      id: 'example',
      type: 'oauth',
      version: '1.0A',
      requestTokenUrl: `${provider}/initiate`,
      authorization: `${provider}/authorize`,
      accessTokenUrl: `${provider}/token`,
      profileUrl: `${provider}/profile`,
      clientId: 'k',
      clientSecret: 's',
      profile: ({ id }) => ({ id }),
    },
  ],
};
const replica = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { pathname, searchParams } = new URL(request.url, 'http://application');
  request.query = { ...Object.fromEntries(searchParams), nextauth: pathname.split('/').slice(3) };
  request.body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  request.cookies = Object.fromEntries(
    (request.headers.cookie ?? '').split('; ').map((text) => text.split('=').map(decodeURIComponent)),
  );
  response.status = (code) => Object.assign(response, { statusCode: code });
  response.json = (content) => response.end(JSON.stringify(content));
  response.send = (content) => response.end(typeof content === 'object' ? JSON.stringify(content) : content);
  await auth.default(request, response, options);
});
replica.listen(0, '127.0.0.1', () => process.send(replica.address().port));
process.once('disconnect', () => process.exit());
JS

cat > sign-in.mjs <<'JS'
import { fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { version } = JSON.parse(readFileSync('node_modules/next-auth/package.json', 'utf8'));
let issued = 0;
let signedWith;
// A provider whose temporary credentials are `t1` and `ts`, `t2` and `ts`, and so on.
const server = createServer((request, response) => {
  if (request.url === '/initiate') {
    issued += 1;
    response.end(`oauth_token=t${issued}&oauth_token_secret=ts&oauth_callback_confirmed=true`);
  } else if (request.url === '/token') {
    const pairs = [...request.headers.authorization.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    const protocol = pairs.filter(([name]) => name !== 'oauth_signature').map((pair) => pair.join('='));
    const text = ['POST', `${provider}/token`, protocol.sort().join('&')].map(encodeURIComponent).join('&');
    const signature = decodeURIComponent(new Map(pairs).get('oauth_signature'));
    signedWith = ['ts', ''].find((secret) => createHmac('sha1', `s&${secret}`).update(text).digest('base64') === signature);
    if (signedWith === 'ts') response.end('oauth_token=access&oauth_token_secret=accesss');
    else response.writeHead(401).end('oauth_problem=signature_invalid');
  } else {
    response.end('{"id":"jane"}');
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const provider = `http://127.0.0.1:${server.address().port}`;

const env = { ...process.env, NEXTAUTH_URL: 'http://application.example' };
const replicas = [1, 2].map(() => fork('replica.mjs', [provider], { env }));
const [first, second] = await Promise.all(
  replicas.map((replica) => new Promise((resolve) => replica.once('message', (port) => resolve(`http://127.0.0.1:${port}`)))),
);

/** A browser that begins at one replica, and comes back from the provider to another. */
async function signIn(begun, back) {
  const jar = new Map();
  const visit = async (url, init = {}) => {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const reply = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' });
    for (const text of reply.headers.getSetCookie()) {
      const [, name, value] = /^(.*?)=([^;]*)/.exec(text);
      jar.set(name, value);
    }
    return reply;
  };
  const { csrfToken } = await (await visit(`${begun}/api/auth/csrf`)).json();
  await visit(`${begun}/api/auth/signin/example`, { method: 'POST', body: new URLSearchParams({ csrfToken }) });
  signedWith = undefined;
  await visit(`${back}/api/auth/callback/example?oauth_token=t${issued}&oauth_verifier=v`);
  return { signedWith, signedIn: jar.has('next-auth.session-token') };
}
const same = await signIn(first, first);
const other = await signIn(second, first);
replicas.forEach((replica) => replica.disconnect());
server.close();
server.closeAllConnections();

const word = ({ signedWith: secret, signedIn }) => `token secret in the key: "${secret}", signed in: ${signedIn}`;
console.log(`program:  npm next-auth ${version}`);
console.log('given:    two processes with one configuration; the secret of the temporary credentials is ts');
console.log('expected: signed in, whichever of them gets the callback: `secret` is the same, and cookies carry the rest');
console.log(`seen:     back in the process that began: ${word(same)}`);
console.log(`          back in the other:              ${word(other)}`);
process.exitCode = same.signedWith === 'ts' && same.signedIn && other.signedWith === '' && !other.signedIn ? 0 : 1;
JS
timeout 60 node sign-in.mjs || { echo 'Not as recorded.' >&2; exit 1; }
