#!/usr/bin/env bash
# npm mastercard-oauth1-signer 1.2.0: the value of oauth_body_hash is signed without being encoded first.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent mastercard-oauth1-signer@1.2.0 >&2

cat > sign.cjs <<'JS'
const { createHash, createVerify, generateKeyPairSync } = require('node:crypto');
const signer = require('mastercard-oauth1-signer');
const { version } = require('mastercard-oauth1-signer/package.json');

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const url = 'https://example.com/r';
const body = '{"amount":1}';
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
const header = signer.getAuthorizationHeader(url, 'POST', body, 'k', pem);

const pairs = [...header.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, name, value]) => [name, decodeURIComponent(value)]);
const signature = pairs.find(([name]) => name === 'oauth_signature')[1];
const hash = createHash('sha256').update(body).digest('base64');
const holds = (encodedHash) => {
  const parameters = pairs
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => `${name}=${name === 'oauth_body_hash' ? encodedHash : encodeURIComponent(value)}`);
  const text = ['POST', url, parameters.sort().join('&')].map(encodeURIComponent).join('&');
  return createVerify('RSA-SHA256').update(text).verify(publicKey, signature, 'base64');
};
const encoded = holds(encodeURIComponent(hash));
const plain = holds(hash);

console.log(`program:  npm mastercard-oauth1-signer ${version}`);
console.log(`given:    POST ${body}`);
console.log(`expected: the signature covers oauth_body_hash=${encodeURIComponent(hash)} (RFC 5849 3.4.1.3.2)`);
console.log(`seen:     covers it encoded: ${encoded}; covers it as plain base64: ${plain}`);
process.exitCode = !encoded && plain ? 0 : 1;
JS
timeout 60 node sign.cjs || { echo 'Not as recorded.' >&2; exit 1; }
