#!/usr/bin/env bash
# npm axios-oauth-1.0a 0.4.1: of a form given as URLSearchParams the signature covers nothing; the hash sent with it is that
# of `{}`, the same for every form.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent axios@1.21.1 axios-oauth-1.0a@0.4.1 >&2

cat > sign.mjs <<'JS'
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import axios from 'axios';
import addOAuthInterceptor from 'axios-oauth-1.0a';

const { version } = JSON.parse(readFileSync('node_modules/axios-oauth-1.0a/package.json', 'utf8'));
const url = 'http://example.com/r';
let sent;
const client = axios.create({
  // In the place of the network: what would have been sent.
  adapter(config) {
    sent = { type: config.headers.get('content-type'), body: config.data, header: config.headers.get('authorization') };
    return Promise.resolve({ status: 200, statusText: 'OK', headers: {}, config, data: '' });
  },
});
addOAuthInterceptor(client, { algorithm: 'HMAC-SHA1', key: 'k', secret: 's', token: 't', tokenSecret: 'ts' });
await client.post(url, new URLSearchParams({ status: 'hello' }));

const pairs = [...sent.header.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
const valueOf = (wanted) => decodeURIComponent(pairs.find(([name]) => name === wanted)?.[1] ?? '');
const protocol = pairs.filter(([name]) => name !== 'oauth_signature').map((pair) => pair.join('='));
const signedWith = (own) => {
  const text = ['POST', url, [...protocol, ...own].sort().join('&')].map(encodeURIComponent).join('&');
  return valueOf('oauth_signature') === createHmac('sha1', 's&ts').update(text).digest('base64');
};
const hashed = (text) => valueOf('oauth_body_hash') === createHash('sha1').update(text).digest('base64');
const form = signedWith(['status=hello']);
const withoutForm = signedWith([]);

console.log(`program:  npm axios-oauth-1.0a ${version} with axios ${axios.VERSION}`);
console.log(`given:    POST ${sent.body} as ${sent.type}`);
console.log('expected: status=hello among the signed parameters, as RFC 5849 3.4.1.3.1 says');
console.log(`seen:     status=hello signed: ${form}; signed without it: ${withoutForm}`);
console.log(`          oauth_body_hash is that of the body: ${hashed(sent.body)}; is that of {}: ${hashed('{}')}`);
process.exitCode = !form && withoutForm && !hashed(sent.body) && hashed('{}') ? 0 : 1;
JS
timeout 60 node sign.mjs || { echo 'Not as recorded.' >&2; exit 1; }
