#!/usr/bin/env bash
# npm oauth 0.10.2: a name that stands twice in a query is sent as it is, and signed as `name[0]` and `name[1]`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent oauth@0.10.2 >&2

cat > sign.cjs <<'JS'
const { createHmac } = require('node:crypto');
const { createServer } = require('node:http');
const { OAuth } = require('oauth');
const { version } = require('oauth/package.json');

const server = createServer((request, response) => {
  response.end();
  server.close();
  judge(`http://${request.headers.host}/r`, request.url, request.headers.authorization);
});
server.listen(0, '127.0.0.1', () => {
  const client = new OAuth(null, null, 'k', 's', '1.0A', null, 'HMAC-SHA1');
  client.get(`http://127.0.0.1:${server.address().port}/r?id=2&id=1`, 't', 'ts', () => {});
});

function judge(base, target, header) {
  const pairs = [...header.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(([, name, value]) => `${name}=${value}`);
  const sent = pairs.find((pair) => pair.startsWith('oauth_signature=')).slice('oauth_signature='.length);
  const protocol = pairs.filter((pair) => !pair.startsWith('oauth_signature='));
  const signatureOver = (own) => {
    const text = ['GET', base, [...own, ...protocol].sort().join('&')].map(encodeURIComponent).join('&');
    return encodeURIComponent(createHmac('sha1', 's&ts').update(text).digest('base64'));
  };
  const right = sent === signatureOver(['id=1', 'id=2']);
  const indexed = sent === signatureOver(['id%5B0%5D=2', 'id%5B1%5D=1']);
  console.log(`program:  npm oauth ${version}`);
  console.log('given:    get /r?id=2&id=1');
  console.log('expected: /r?id=2&id=1 sent, id=1&id=2 signed');
  console.log(`seen:     ${target} sent; id=1&id=2 signed: ${right}; id[0]=2&id[1]=1 signed: ${indexed}`);
  process.exitCode = target === '/r?id=2&id=1' && !right && indexed ? 0 : 1;
}
JS
timeout 60 node sign.cjs || { echo 'Not as recorded.' >&2; exit 1; }
